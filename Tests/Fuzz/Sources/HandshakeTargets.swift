import NIOCore
import PhoenixWire

@testable import ChannelSocket

/// Parses the query of a connection; what comes of it must be a JSON object.
let connectParamsTarget: FuzzTarget = { input in
    guard let query = String(validating: frame(input).readableBytesView, as: UTF8.self),
        let parameters = ConnectParams(query: query)
    else { return }
    _ = parameters.vsn
    mustSucceed {
        let json = try Payload(json: parameters.json)
        precondition(json.isJSONObject)
    }
}

/// Negotiates a subprotocol; lines are header fields.
let subprotocolsTarget: FuzzTarget = { input in
    guard let text = String(validating: frame(input).readableBytesView, as: UTF8.self) else { return }
    let fields = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let negotiation = SubprotocolNegotiation(fields: fields)
    precondition(negotiation?.selected == nil || negotiation?.selected == SubprotocolNegotiation.subprotocol)
    precondition((negotiation?.authToken ?? "").utf8.count <= input.count)
}
