internal import FoundationEssentials
public import Logging

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Logs one JSON object a line, for machines that collect logs.
///
/// ```json
/// {"time":"2026-11-23T20:15:00.123Z","level":"notice","logger":"channelsocket","message":"joined","node":"alpha_1"}
/// ```
///
/// The metadata are members beside the four that are always there; one that has the name of those four comes as
/// `metadata.NAME`.
public struct JSONLogHandler: LogHandler {
    /// The least severe messages that are logged.
    public var logLevel = Logger.Level.info
    /// What every line carries.
    public var metadata: Logger.Metadata = [:]
    /// Adds to what every line carries.
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let write: @Sendable (String) -> Void

    /// Creates a handler that writes to standard error.
    ///
    /// - Parameter label: the name of the logger.
    public init(label: String) {
        self.init(label: label) { line in
            var line = line
            line.withUTF8 { bytes in
                // One call a line, so that lines of several threads do not mix; nobody is left to tell of a failure.
                _ = Self.writeToStandardError(bytes)
            }
        }
    }

    /// Creates a handler.
    ///
    /// - Parameters:
    ///   - label: the name of the logger.
    ///   - write: takes each line, line feed included.
    init(label: String, write: @escaping @Sendable (String) -> Void) {
        self.label = label
        self.write = write
    }

    /// What every line carries under a name.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a line.
    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error { all["error"] = "\(error)" }
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        var line = "{\"time\":\(JSONLogText.quoted(time)),\"level\":\"\(event.level)\""
        line += ",\"logger\":\(JSONLogText.quoted(label)),\"message\":\(JSONLogText.quoted("\(event.message)"))"
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            let name = Self.fixedNames.contains(key) ? "metadata.\(key)" : key
            line += ",\(JSONLogText.quoted(name)):\(JSONLogText.json(value))"
        }
        write(line + "}\n")
    }

    private static let fixedNames: Set<String> = ["time", "level", "logger", "message"]

    private static func writeToStandardError(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        #if canImport(Glibc)
        Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
        Musl.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        #else
        Darwin.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        #endif
    }
}
