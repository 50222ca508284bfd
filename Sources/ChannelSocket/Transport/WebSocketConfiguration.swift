public import NIOCore

/// The limits of a WebSocket connection.
public struct WebSocketConfiguration: Sendable {
    /// The largest message accepted, in bytes, all fragments together; a larger one closes with 1009.
    ///
    /// Phoenix' default, 10,000,000.
    public var maxMessageBytes = 10_000_000
    /// How many bytes of messages whose end has not come all connections of an event loop may hold together; the one
    /// that exceeds it is closed with 1013.
    ///
    /// 256 MiB. Without, a few thousand clients could fill the memory with messages that never end.
    public var maxUnfinishedBytesPerLoop = 256 << 20
    /// How long a client may send nothing at all before it is closed with 1002, in whole seconds.
    ///
    /// Phoenix' default is 60 s. Nil for ever.
    public var idleTimeout: TimeAmount? = .seconds(60)
    /// How many bytes may wait for a client that does not read; reaching it means ``slowConsumerPolicy``.
    ///
    /// 4 MiB. What is sent to a client for which less is waiting may be larger by itself, as messages up to
    /// ``maxMessageBytes`` are; until it is sent, what waits behind it counts. A client that does not read so takes this
    /// limit and two of the largest messages at most.
    public var maxOutboundBytes = 4 << 20
    /// What happens to a client that does not read.
    public var slowConsumerPolicy: SlowConsumerPolicy = .close
    /// How long a closed connection may linger for the client's own close frame.
    public var closeTimeout: TimeAmount = .seconds(2)
    /// Over how long a time the open connections are closed, with 1012, when the server shuts down; 0 for at once.
    ///
    /// They are spread evenly, at least one every 50 ms and event loop, so that their clients do not come back, here
    /// or on other nodes, all at once. Until its turn comes a connection is served as ever.
    public var drainWindow: TimeAmount = .seconds(5)
    /// Whether a client's close code is sent back (as Cowboy does) instead of 1000 (as Bandit does).
    public var echoesCloseCode = false

    /// Creates a configuration with the defaults.
    public init() {}
}

/// What happens to a client whose outbound buffer is full.
public enum SlowConsumerPolicy: Sendable {
    /// The connection is closed with 1008 and a reason; the client comes back and knows that it missed something.
    case close
    /// What cannot be buffered is dropped and counted, until the client has read.
    case drop
}
