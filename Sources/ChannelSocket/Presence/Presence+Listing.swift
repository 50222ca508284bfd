import NIOCore

extension Presence {
    /// Who is present in a topic.
    ///
    /// What this node's channels have tracked before is seen. Where the node has subscribers of the topic this costs
    /// nothing but the answer; elsewhere the topic is read from the store.
    ///
    /// - Parameter topic: the topic.
    /// - Returns: the presences.
    /// - Throws: ``PresenceError`` if the store can't be reached and nothing is known.
    public func list(_ topic: String) async throws(PresenceError) -> PresenceList {
        let members = try await members(of: topic)
        return PresenceList(members, fields: await fields(of: Set(members.keys), topic))
    }

    /// The presences of one key in a topic; nil if it is not present.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - topic: the topic.
    /// - Returns: the key's entry.
    /// - Throws: ``PresenceError`` if the store can't be reached and nothing is known.
    public func get(_ key: String, in topic: String) async throws(PresenceError) -> PresenceEntry? {
        let members = try await members(of: topic)
        guard members[key] != nil else { return nil }
        return PresenceList(members, fields: await fields(of: [key], topic))[key]
    }

    private func members(of topic: String) async throws(PresenceError) -> PresenceMembers {
        guard pubSub.hasMembers(of: topic) else {
            return PresenceMembers(try await store.snapshot(of: topic, unless: nil)?.members ?? [])
        }
        let result = await withCheckedContinuation { continuation in
            withTopic(topic) { $0.serve(.list { continuation.resume(returning: $0) }, &$1) }
        }
        return try result.get()
    }

    /// Has a client get the state of a topic as soon as it is known.
    func pushState(of topic: String, to target: PresenceTarget) {
        withTopic(topic) { $0.serve(.push(target), &$1) }
    }

    /// Forgets a channel that may be waiting for the state of a topic.
    func withdraw(channel: UInt64, from topic: String) {
        withTopic(topic) { state, _ in state.withdraw(channel: channel) }
    }
}
