import ChannelSocket
import NIOCore

/// Commands on their way from any thread to the publisher connection.
///
/// Their bytes are concatenated here, so that the event loop writes a whole batch at once.
struct CommandInbox {
    /// What the event loop takes.
    struct Batch {
        var buffer: ByteBuffer
        var commands: [PendingCommand]
    }

    /// Why nothing is accepted; nil when the publisher connection is ready.
    var closedBecause: String?
    /// The node that publishes.
    var node: String?
    private var buffer = ByteBuffer()
    private var commands: [PendingCommand] = []
    /// Accepted, and neither answered nor failed.
    private(set) var pendingCommands = 0
    private(set) var pendingBytes = 0
    private let maxCommands: Int
    private let maxBytes: Int

    init(maxCommands: Int, maxBytes: Int) {
        self.maxCommands = maxCommands
        self.maxBytes = maxBytes
        closedBecause = "not running"
    }

    /// Checks whether the publisher connection is ready.
    ///
    /// - Throws: `PubSubError` of code `disconnected`.
    func check() throws(PubSubError) {
        if let closedBecause { throw PubSubError(.disconnected, closedBecause) }
    }

    /// Accepts a command.
    ///
    /// - Parameters:
    ///   - bytes: the command as RESP.
    ///   - completion: whom to tell.
    /// - Returns: whether this is the first command since ``take()``, and the event loop is to be told.
    /// - Throws: `PubSubError`: `disconnected` or `overloaded`.
    mutating func append(_ bytes: ByteBuffer, _ completion: PendingCommand.Completion) throws(PubSubError) -> Bool {
        try check()
        let size = bytes.readableBytes
        guard pendingCommands < maxCommands, pendingBytes + size <= maxBytes || pendingCommands == 0 else {
            throw PubSubError(
                .overloaded,
                "\(pendingCommands) commands of \(pendingBytes) bytes are waiting for Redis already"
            )
        }
        pendingCommands += 1
        pendingBytes += size
        // The deadline is set when the command is written, moments later.
        commands.append(PendingCommand(completion: completion, bytes: size, deadline: .distantFuture))
        if commands.count == 1 {
            buffer = bytes
        } else {
            buffer.writeImmutableBuffer(bytes)
        }
        return commands.count == 1
    }

    /// Takes what has gathered.
    mutating func take() -> Batch {
        defer {
            buffer = ByteBuffer()
            commands = []
        }
        return Batch(buffer: buffer, commands: commands)
    }

    /// Makes room: so much has been answered or has failed.
    mutating func release(commands: Int, bytes: Int) {
        pendingCommands -= commands
        pendingBytes -= bytes
    }
}
