internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import PhoenixWire

/// Uses a node's HTTP API.
struct APIClient: Sendable {
    private let node: URLComponents
    private let key: String
    private let http: NodeHTTP

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - node: the node's address.
    ///   - key: the key for its API.
    ///   - http: how to ask it.
    init(node: URLComponents, key: String, http: NodeHTTP) {
        self.node = node
        self.key = key
        self.http = http
    }

    /// Broadcasts to all subscribers of the topic, on all nodes.
    ///
    /// - Parameter broadcast: what to publish; its payload must be a JSON object.
    /// - Throws: ``CommandFailure``.
    func publish(_ broadcast: Broadcast) async throws {
        let (topic, event) = (Payload.literal(broadcast.topic), Payload.literal(broadcast.event))
        let body = #"{"topic":\#(topic),"event":\#(event),"payload":\#(broadcast.payload.text)}"#
        _ = try await ask(.POST, "/api/v1/broadcast", body: ByteBuffer(string: body))
    }

    /// Asks who is present in a topic.
    ///
    /// - Parameter topic: the topic.
    /// - Returns: the keys with the metas of each, as in `presence_state`.
    /// - Throws: ``CommandFailure``.
    func presence(of topic: String) async throws -> [PresentKey] {
        let answer = try await ask(.GET, "/api/v1/presence", query: [URLQueryItem(name: "topic", value: topic)])
        guard let presences = try? answer.members().first(where: { $0.name == "presences" })?.value.members() else {
            throw CommandFailure("the node's answer is not understood: is it another version?")
        }
        return presences.map { key, entry in
            let metas = try? entry.members().first { $0.name == "metas" }?.value.elements()
            return PresentKey(key: key, metas: metas ?? [])
        }
        .sorted { $0.key < $1.key }
    }

    private func ask(
        _ method: HTTPMethod, _ path: String, query: [URLQueryItem]? = nil, body: ByteBuffer? = nil
    ) async throws -> Payload {
        var address = node
        address.path = node.path.hasSuffix("/") ? String(node.path.dropLast()) + path : node.path + path
        address.queryItems = query
        // A plus sign means a space to servers, and is none here.
        address.percentEncodedQuery = address.percentEncodedQuery?.replacing("+", with: "%2B")
        var request = HTTPClientRequest(url: address.string ?? "")
        request.method = method
        request.headers = ["authorization": "Bearer \(key)", "accept": "application/json"]
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(body)
        }
        let answer = try await http.send(request, to: node, timeout: .seconds(15))
        let json = try? Payload(json: answer.body)
        guard (200..<300).contains(answer.status.code) else {
            let detail = try? json?.members().first { $0.name == "detail" }?.value.string
            throw CommandFailure("the node answered \(answer.status.code): \(detail ?? answer.status.reasonPhrase)")
        }
        return json ?? .emptyObject
    }
}
