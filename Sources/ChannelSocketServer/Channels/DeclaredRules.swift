internal import ChannelSocket
internal import NIOCore
internal import PhoenixWire

/// What a declaration comes down to when a member joins or sends something.
final class DeclaredRules: Sendable {
    // Closes the sockets whose id the topic is. Elsewhere it means nothing, so who lists it may have it.
    private static let disconnect = "disconnect"

    /// The declaration.
    let declaration: ChannelDeclaration
    /// The hook that it refers to.
    let hook: (any DeclaredChannelHook)?

    /// Prepares a declaration.
    ///
    /// - Parameters:
    ///   - declaration: the declaration.
    ///   - hooks: the hooks that it may refer to, by name.
    /// - Throws: ``UnloadedWebhook`` if it refers to another.
    init(_ declaration: ChannelDeclaration, hooks: [String: any DeclaredChannelHook]) throws(UnloadedWebhook) {
        self.declaration = declaration
        guard let name = declaration.webhook else {
            hook = nil
            return
        }
        guard let hook = hooks[name] else { throw UnloadedWebhook(name, of: declaration.topic.description) }
        self.hook = hook
    }

    /// Looks for a reason why somebody may not join.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - claims: what their token says; nil without a token.
    /// - Returns: the reason; nil if they may.
    func refusal(ofJoining topic: String, _ claims: AuthenticatedClaims?) -> String? {
        switch declaration.access {
        case .everybody:
            return nil
        case .authenticated:
            return claims == nil ? "unauthorized" : nil
        case .claim:
            guard let claims else { return "unauthorized" }
            let wildcard = wildcard(in: topic)
            let holds = declaration.claims.allSatisfy { $0.holds(for: claims, topic: topic, wildcard: wildcard) }
            return holds ? nil : "forbidden"
        }
    }

    /// Looks for a reason why an event may not be sent.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - payload: its payload.
    /// - Returns: the reason; nil if it may.
    func refusal(of event: String, _ payload: Payload) -> String? {
        if ReservedEvents.contain(event) { return "reserved event" }
        if payload.isBinary {
            if !declaration.allowsBinary { return "binary not allowed" }
        } else if !payload.isJSONObject {
            return "the payload must be a JSON object or binary"
        }
        if let events = declaration.events {
            if !events.contains(event) { return "event not allowed" }
        } else if event == Self.disconnect {
            return "reserved event"
        }
        if let limit = declaration.maxPayloadBytes, payload.bytes.readableBytes > limit { return "payload too large" }
        return nil
    }

    /// Finds what the `*` of the pattern stands for.
    ///
    /// - Parameter topic: a topic that matches.
    /// - Returns: the end of the topic; empty if the pattern has no `*`.
    func wildcard(in topic: String) -> String {
        let pattern = declaration.topic.description
        guard pattern.utf8.last == UInt8(ascii: "*") else { return "" }
        return String(decoding: topic.utf8.dropFirst(pattern.utf8.count - 1), as: UTF8.self)
    }
}
