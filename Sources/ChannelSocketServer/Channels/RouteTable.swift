internal import ChannelSocket
internal import PhoenixWire

/// Who has which topics: the handlers written in Swift, then the declared channels; the first that matches has it.
///
/// Handlers come first because they are part of the program: what is in a file, which may change at any time, takes
/// nothing away from them.
struct RouteTable: Sendable {
    /// The handlers written in Swift.
    let handlers: [Route]

    /// Finds the declared channels of a configuration, and makes sure that each has topics of its own.
    ///
    /// - Parameter configuration: the configuration.
    /// - Returns: the channels; those of a server that declares none depend on whether it has handlers or tokens.
    /// - Throws: ``RouteConflict`` for a handler or channel that no topic would reach.
    func declarations(of configuration: ServerConfiguration) throws(RouteConflict) -> [ChannelDeclaration] {
        let declarations = configuration.declaredChannels ?? defaults(for: configuration)
        let patterns = handlers.map(\.pattern) + declarations.map(\.topic)
        if let (index, first) = Self.unreachable(in: patterns).first {
            throw RouteConflict(
                of: patterns[index], called: name(of: index), with: patterns[first], called: name(of: first)
            )
        }
        return declarations
    }

    /// The whole table.
    ///
    /// - Parameter channels: the declared channels.
    /// - Returns: the routes, in the order in which they are tried.
    func routes(before channels: DeclaredChannels) -> [Route] {
        handlers + channels.routes
    }

    /// Finds patterns that no topic would reach.
    ///
    /// - Parameter patterns: patterns in the order in which they are tried.
    /// - Returns: their indices, and those of what comes before them and matches all that they do.
    static func unreachable(in patterns: [TopicPattern]) -> [(index: Int, first: Int)] {
        patterns.indices.compactMap { index in
            patterns[..<index].firstIndex { $0.covers(patterns[index]) }.map { (index, $0) }
        }
    }

    private func defaults(for configuration: ServerConfiguration) -> [ChannelDeclaration] {
        // Who writes handlers does not want a room that is open to everybody besides.
        guard handlers.isEmpty else { return [] }
        var room = ChannelDeclaration.room
        // Who authenticates clients does not want them to choose their names.
        if configuration.access.tokens != nil { room.presenceKey = .claim("sub") }
        return [room]
    }

    private func name(of index: Int) -> String {
        index < handlers.count ? "handler" : "channels[\(index - handlers.count)]"
    }
}
