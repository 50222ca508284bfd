public import Logging

/// How log lines look.
public enum LogFormat: String, CaseIterable, Sendable {
    /// For people: time, level, metadata and message in a line.
    case text
    /// For machines: a JSON object a line, as ``JSONLogHandler`` writes it.
    case json

    /// Makes the handler of a logger, which writes to standard error.
    ///
    /// - Parameter label: the name of the logger.
    /// - Returns: the handler.
    public func makeHandler(label: String) -> any LogHandler {
        switch self {
        case .text: StreamLogHandler.standardError(label: label)
        case .json: JSONLogHandler(label: label)
        }
    }
}
