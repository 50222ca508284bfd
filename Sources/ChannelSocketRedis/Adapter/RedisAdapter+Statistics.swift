public import ChannelSocket

extension RedisAdapter {
    /// What an adapter has done since it was made.
    public struct Statistics: Hashable, Sendable {
        /// Broadcasts that Redis has confirmed.
        public var published: UInt64
        /// Messages that came in on subscribed channels, own and malformed ones included.
        public var received: UInt64
        /// Messages that were handed to the node.
        public var delivered: UInt64
        /// Messages that this node had published itself, dropped on return.
        public var own: UInt64
        /// Messages that could not be used.
        public var malformed: UInt64
        /// Connections that had to be made anew after they had been ready.
        public var reconnects: UInt64
        /// How often a subscriber connection that had been ready was lost: what others published until it was made anew
        /// never reached the clients of this node.
        public var gaps: UInt64
        /// Probes that came back.
        public var probes: UInt64
        /// How long the last probe took to come back, zero before the first.
        public var lastProbeRoundTrip: Duration
        /// Broadcasts that failed, by reason.
        public var publishFailures: [PubSubError.Code: UInt64]
    }
}
