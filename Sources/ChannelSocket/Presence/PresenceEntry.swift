public import PhoenixWire

/// Everything about one key in a topic.
public struct PresenceEntry: Sendable {
    /// One tracked presence of a key: a device.
    public struct Meta: Sendable {
        /// Unique in the topic.
        public var ref: String
        /// The JSON object that was tracked, with `phx_ref_prev` after an update but without `phx_ref`.
        public var payload: Payload
    }

    /// The presences of the key, the oldest first.
    public var metas: [Meta]
    /// What ``Presence/Fetch`` added: members of the JSON object beside `metas`.
    public var fields: [String: Payload] = [:]
}
