public import NIOCore
public import PhoenixWire

/// The limits of a socket and its channels.
///
/// What the client is told at each limit, and what is counted, is in `docs/limits.md`.
public struct SocketLimits: Sendable {
    /// How many channels one connection may have; one more is refused with `too many channels joined`.
    ///
    /// Phoenix' default, 100.
    public var maxChannels = 100
    /// How many messages may wait for one channel's callbacks; one more is refused with `mailbox full`.
    public var maxMailbox = 1_000
    /// How many bytes of messages may wait for, or be in, the callbacks of all channels of one connection; further ones,
    /// and joins, are refused with `mailbox full` too.
    ///
    /// 16 MiB.
    public var maxMailboxBytes = 16 << 20
    /// How many messages, pings and pongs a connection may send, of all kinds; the rest is refused with `rate limited`.
    ///
    /// Pings and pongs are ignored beyond it. Heartbeats and leaves cost as much but are always answered: a client that
    /// lost these would not know any more where it stands. 1,000 a second and 5,000 at once, far above what people
    /// cause; nil for no limit.
    public var messageRate: RateLimit? = RateLimit(perSecond: 1_000, burst: 5_000)
    /// How many joins a connection may ask for; the rest is refused with `rate limited`, and clients back off.
    ///
    /// 50 a second and 500 at once: a client that comes back joins all its channels at once. Nil for no limit.
    public var joinRate: RateLimit? = RateLimit(perSecond: 50, burst: 500)
    /// How many messages over ``messageRate`` are refused before the connection is closed with 1008.
    ///
    /// Forgotten in the first second in which none was refused.
    public var maxRefusedMessages = 10_000
    /// How long a join may take to be decided and subscribed before it is refused with `join timeout`.
    ///
    /// In steps of 100 ms; 10 s, which is how long phoenix.js waits. Nil for ever, as in Phoenix.
    public var joinTimeout: TimeAmount? = .seconds(10)
    /// How long any other callback of a channel may take before it is cancelled; a message that it was handling is
    /// answered with the error `timeout`.
    ///
    /// A callback that returns within ``channelShutdownTimeout`` then has lost nothing but its reply; one that does
    /// not crashes its channel. In steps of 100 ms; 30 s. Nil for ever, as in Phoenix.
    public var callbackTimeout: TimeAmount? = .seconds(30)
    /// How long a channel that has to end, or whose callback was cancelled, may take to return from its callback
    /// before it is left to itself.
    ///
    /// Phoenix' 5 s.
    public var channelShutdownTimeout: TimeAmount = .seconds(5)
    /// The limits of what a message may contain.
    public var decoding = DecodingLimits()

    /// Creates limits with the defaults.
    public init() {}
}
