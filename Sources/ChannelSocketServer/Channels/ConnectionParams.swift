internal import ChannelSocket

/// The parameters of a connection that declared channels refer to, among the socket's assigns.
struct ConnectionParams: Sendable {
    /// The name of the assign.
    static let assign = "params"

    private let values: [String: String]

    /// Keeps some parameters; nil if the client gave none of them.
    ///
    /// - Parameters:
    ///   - params: all parameters; a token may be among them, and is not to be kept.
    ///   - names: those to keep.
    init?(_ params: ConnectParams, keeping names: Set<String>) {
        values = names.reduce(into: [:]) { values, name in values[name] = params[name] }
        if values.isEmpty { return nil }
    }

    /// The parameter of a name.
    subscript(name: String) -> String? { values[name] }
}
