import Logging
import NIOCore

/// Logs messages that can't be used: the first at once, then at most one in ten seconds with their number.
struct MalformedLog {
    private static let pause = TimeAmount.seconds(10)
    private static let maxChannelCharacters = 200

    private var quietUntil: NIODeadline?
    private var unlogged = 0

    /// Counts a message, and logs it unless that was done just now.
    ///
    /// - Parameters:
    ///   - channel: the channel's name, as sent by anybody.
    ///   - reason: what is wrong; must contain nothing of the payload.
    ///   - now: the time.
    ///   - logger: where to log.
    mutating func record(
        channel: UnsafeRawBufferPointer, reason: String, now: NIODeadline, logger: Logger
    ) {
        unlogged += 1
        if let quietUntil, now < quietUntil { return }
        quietUntil = now + Self.pause
        logger.warning(
            "Ignored a message from Redis that cannot be used",
            metadata: [
                "redis.channel": "\(Self.printable(channel))", "reason": "\(reason)", "count": "\(unlogged)",
            ])
        unlogged = 0
    }

    /// A name that can do no harm in a log: bounded, and without control characters.
    private static func printable(_ bytes: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: bytes.prefix(maxChannelCharacters), as: UTF8.self)
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}
