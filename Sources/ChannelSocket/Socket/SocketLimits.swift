public import NIOCore
public import PhoenixWire

/// The limits of a socket and its channels.
public struct SocketLimits: Sendable {
    /// How many channels one connection may have; one more is refused with `too many channels joined`.
    ///
    /// Phoenix' default, 100.
    public var maxChannels = 100
    /// How many messages may wait for one channel's callbacks; one more is refused with `mailbox full`.
    public var maxMailbox = 1_000
    /// How long a channel that has to end may take to return from its callback before it is left to itself.
    ///
    /// Phoenix' 5 s.
    public var channelShutdownTimeout: TimeAmount = .seconds(5)
    /// The limits of what a message may contain.
    public var decoding = DecodingLimits()

    /// Creates limits with the defaults.
    public init() {}
}
