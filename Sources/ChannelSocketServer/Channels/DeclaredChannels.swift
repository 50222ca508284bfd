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

    /// Rules, and how often they have been replaced.
    private struct Table {
        var rules: [DeclaredRules]
        var generation = 0
    }

    private let table: Mutex<Table>
    /// That of the table, for members to look at with every message.
    private let generationNow = Atomic(0)

    /// Creates channels.
    ///
    /// - Parameters:
    ///   - declarations: the channels; the first that matches a topic has it.
    ///   - hooks: the hooks that they refer to, by name.
    ///   - node: the identity of the node, which members are told.
    ///   - statistics: takes what is refused.
    ///   - claims: finds out what a member's token says; by default what the connection's said.
    /// - Throws: ``UnloadedWebhook`` for a declaration that refers to a hook which is not among them.
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
        table = Mutex(Table(rules: try declarations.map { try DeclaredRules($0, hooks: hooks) }))
    }

    /// Changes with every replacement.
    var generation: Int { generationNow.load(ordering: .acquiring) }

    /// The routes, in the order of the declarations.
    var routes: [Route] {
        let table = table.withLock { $0 }
        return table.rules.map { rules in
            Route(rules.declaration.topic) { [self] topic, payload, socket in
                try await DeclaredChannel(
                    joining: topic, payload, socket, under: rules, of: table.generation, in: self
                )
            }
        }
    }

    /// The parameters of connections that the declarations refer to.
    var params: Set<String> {
        table.withLock { $0 }.rules.reduce(into: []) { names, rules in
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
    /// - Parameter rules: the rules of the declarations.
    func replace(with rules: [DeclaredRules]) {
        table.withLock { table in
            table = Table(rules: rules, generation: table.generation + 1)
            generationNow.store(table.generation, ordering: .releasing)
        }
    }

    /// Prepares other declarations, which are not in force before ``replace(with:)``.
    ///
    /// - Parameter declarations: the declarations.
    /// - Returns: their rules.
    /// - Throws: ``UnloadedWebhook`` for a declaration that refers to a hook which there is not.
    func rules(for declarations: [ChannelDeclaration]) throws -> [DeclaredRules] {
        try declarations.map { try DeclaredRules($0, hooks: hooks) }
    }

    /// The rules of a topic, nil if no declaration has it any more, and the generation that they belong to.
    func rules(of topic: String) -> (rules: DeclaredRules?, generation: Int) {
        let table = table.withLock { $0 }
        return (table.rules.first { $0.declaration.topic.matches(topic) }, table.generation)
    }
}
