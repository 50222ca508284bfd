internal import ChannelSocket
internal import PhoenixWire
internal import Synchronization

/// The declared channels of a server, which a reload may replace.
final class DeclaredChannels: Sendable {
    /// Finds out what a token in a join's payload says, and what the socket's says otherwise.
    typealias Claims = @Sendable (_ payload: Payload, _ socket: Socket) async throws -> AuthenticatedClaims?

    /// The hooks that declarations refer to, by name.
    let hooks: [String: any DeclaredChannelHook]
    /// Finds out what a member's token says.
    let claims: Claims
    /// The members of topics that have a limit.
    let occupancy = TopicOccupancy()
    /// Takes what is refused.
    let statistics: NodeStatistics
    /// The response of join replies: which node it is.
    let joinReply: Payload

    private let rules: Mutex<[DeclaredRules]>
    private let generationNow = Atomic(0)

    /// Creates channels.
    ///
    /// - Parameters:
    ///   - declarations: the channels; the first that matches a topic has it.
    ///   - hooks: the hooks that they refer to, by name.
    ///   - node: the identity of the node, which members are told.
    ///   - statistics: takes what is refused.
    ///   - claims: finds out what a member's token says; by default what the connection's said.
    /// - Throws: never; an identity is a valid JSON string.
    init(
        _ declarations: [ChannelDeclaration],
        hooks: [String: any DeclaredChannelHook] = [:],
        node: NodeID,
        statistics: NodeStatistics,
        claims: @escaping Claims = { $1.assigns[AuthenticatedClaims.assign] as? AuthenticatedClaims }
    ) throws {
        self.hooks = hooks
        self.claims = claims
        self.statistics = statistics
        joinReply = try Payload.encoding(["node": node.description])
        rules = Mutex(declarations.map { DeclaredRules($0, hooks: hooks) })
    }

    /// Changes with every replacement.
    var generation: Int { generationNow.load(ordering: .acquiring) }

    /// The routes, in the order of the declarations.
    var routes: [Route] {
        rules.withLock { $0 }.map { rules in
            Route(rules.declaration.topic) { [self] topic, payload, socket in
                try await DeclaredChannel(joining: topic, payload, socket, under: rules, in: self)
            }
        }
    }

    /// The parameters of connections that the declarations refer to.
    var params: Set<String> {
        rules.withLock { $0 }.reduce(into: []) { names, rules in
            for case .param(let name) in [rules.declaration.presenceKey].compactMap(\.self)
                + rules.declaration.presenceMeta
            {
                names.insert(name)
            }
        }
    }

    /// Puts other declarations in the place of these.
    ///
    /// Joins follow them when the endpoint has the new ``routes``; members that are there stay, and what they may send
    /// follows the new declarations at once.
    ///
    /// - Parameter declarations: the declarations.
    func replace(_ declarations: [ChannelDeclaration]) {
        rules.withLock { $0 = declarations.map { DeclaredRules($0, hooks: hooks) } }
        generationNow.wrappingAdd(1, ordering: .releasing)
    }

    /// The rules of a topic; nil if no declaration has it any more.
    func rules(of topic: String) -> DeclaredRules? {
        rules.withLock { $0 }.first { $0.declaration.topic.matches(topic) }
    }
}
