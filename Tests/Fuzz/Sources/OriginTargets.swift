import NIOCore

@testable import ChannelSocket
@testable import ChannelSocketHTTP

/// Decides about an `Origin` field, the input's first line, when the `Host` field is its second.
let originTarget: FuzzTarget = { input in
    guard let text = String(validating: input, as: UTF8.self) else { return }
    let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let fields = [("origin", lines[0])] + lines.dropFirst().map { ("host", $0) }
    let request = UpgradeRequest(path: "/", query: "", headers: fields, peer: nil)
    let listed = OriginCheck(allowsSameHost: false, allowed: ["//*.example.com"].compactMap(AllowedOrigin.init))
    if listed.allows(request) {
        guard let host = Origin(lines[0])?.host else { preconditionFailure("allowed without a host") }
        precondition(host == "example.com" || host.hasSuffix(".example.com"))
    }
    if OriginCheck().allows(request) {
        precondition(lines.count == 2 && lines[1].lowercased().hasPrefix(Origin(lines[0])?.host ?? "?"))
    }
    _ = AllowedOrigin(lines[0]).map { OriginCheck(allowed: [$0]).allows(request) }
}

/// Finds the client in `X-Forwarded-For` and `Forwarded`: what stands before the last untrusted address is the
/// client's own invention, and must not matter.
let forwardedTarget: FuzzTarget = { input in
    guard let text = String(validating: input, as: UTF8.self),
        let proxy = try? SocketAddress(ipAddress: "10.0.0.1", port: 80),
        let network = AddressRange("10.0.0.0/8")
    else { return }
    for field in TrustedProxies.HeaderField.allCases {
        let proxies = TrustedProxies(networks: [network], headerField: field)
        _ = proxies.client(of: proxy, values: text.split(separator: "\n").map(String.init))
        let last = field == .forwarded ? "for=203.0.113.9" : "203.0.113.9"
        let client = proxies.client(of: proxy, values: [text + "," + last])
        precondition(client.ipAddress == "203.0.113.9")
    }
}
