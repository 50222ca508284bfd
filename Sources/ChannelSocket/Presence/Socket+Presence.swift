public import PhoenixWire
import Synchronization

/// Presence of a channel. Everything tracked here leaves when the channel ends, for whatever reason.
extension Socket {
    private var presence: Presence { process.session.endpoint.presence }

    /// Tracks a key, such as the user's id, with a meta that tells this device from others.
    ///
    /// A channel may track several keys, and keys on further topics. If the store is away the key is tracked as soon
    /// as it is back, and the result says so.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - meta: a JSON object; `phx_ref` in it is ignored.
    ///   - topic: the topic, the channel's own by default.
    /// - Returns: what became of it.
    /// - Throws: ``PresenceError``: `already_tracked`, `topic_full`, `overloaded`, `ended`, or what is wrong with the
    ///   arguments.
    @discardableResult
    public func track(
        _ key: String, _ meta: Payload = .emptyObject, on topic: String? = nil
    ) async throws -> PresenceTracking {
        let tracked = ChannelPresences.Tracked(topic: topic ?? self.topic, key: key)
        let owner = try owner()
        do {
            return try await outcome { completion in
                try presence.track(key, meta, on: tracked.topic, by: owner, completion)
                let isAlive = process.presences.withLock { $0.insert(tracked) }
                guard !isAlive else { return }
                // The channel ended meanwhile, too early to know of this.
                try? presence.untrack(key, on: tracked.topic, by: owner, nil)
            }
        } catch {
            process.presences.withLock { $0.removeRefused(tracked) }
            throw error
        }
    }

    /// Replaces the meta of a tracked key.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - meta: the new meta.
    ///   - topic: the topic, the channel's own by default.
    /// - Returns: what became of it.
    /// - Throws: ``PresenceError``: `not_tracked`, `overloaded`, `ended`, or what is wrong with the meta.
    @discardableResult
    public func updatePresence(
        _ key: String, _ meta: Payload, on topic: String? = nil
    ) async throws -> PresenceTracking {
        try await updatePresence(key, on: topic) { _ in meta }
    }

    /// Changes the meta of a tracked key.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - topic: the topic, the channel's own by default.
    ///   - change: makes the new meta of the old one.
    /// - Returns: what became of it.
    /// - Throws: ``PresenceError``: `not_tracked`, `overloaded`, `ended`, or what is wrong with the new meta; and what
    ///   `change` throws.
    @discardableResult
    public func updatePresence(
        _ key: String, on topic: String? = nil, _ change: (Payload) throws -> Payload
    ) async throws -> PresenceTracking {
        let owner = try owner()
        return try await outcome { completion in
            try presence.update(key, on: topic ?? self.topic, by: owner, change, completion)
        }
    }

    /// Stops tracking a key.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - topic: the topic, the channel's own by default.
    /// - Throws: ``PresenceError``: `not_tracked`, `ended`.
    public func untrack(_ key: String, on topic: String? = nil) async throws {
        let tracked = ChannelPresences.Tracked(topic: topic ?? self.topic, key: key)
        let owner = try owner()
        process.presences.withLock { $0.remove(tracked) }
        _ = try await outcome { completion in
            try presence.untrack(key, on: tracked.topic, by: owner, completion)
        }
    }

    /// Who is present in a topic; sees what this channel has tracked before.
    ///
    /// - Parameter topic: the topic, the channel's own by default.
    /// - Returns: the presences.
    /// - Throws: ``PresenceError`` if the store can't be reached and nothing is known.
    public func presences(on topic: String? = nil) async throws(PresenceError) -> PresenceList {
        try await presence.list(topic ?? self.topic)
    }

    /// The presences of one key; nil if it is not present.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - topic: the topic, the channel's own by default.
    /// - Returns: the key's entry.
    /// - Throws: ``PresenceError`` if the store can't be reached and nothing is known.
    public func presence(of key: String, on topic: String? = nil) async throws(PresenceError) -> PresenceEntry? {
        try await presence.get(key, in: topic ?? self.topic)
    }

    /// Pushes `presence_state` of the channel's topic to the client: the start of what `presence_diff` continues.
    ///
    /// Sees what this channel has tracked before. Returns at once; the push follows when the members are known, and
    /// every diff that comes after it is news to it. Does nothing once the channel has ended.
    public func pushPresenceState() {
        // A callback may go on after its channel; nobody would let go of what is kept for such a client.
        guard let owner = process.presences.withLock({ $0.begin() }) else { return }
        let shard = process.session.shard
        presence.pushState(
            of: topic,
            // The topic may be unreadable for long, and the channel long gone.
            to: PresenceTarget(channel: owner) { [weak process] events in
                shard.enqueue(
                    .action { [weak process] in
                        guard let process, process.isAlive else { return }
                        for event in events { process.pushOrLog(event.name, event.payload) }
                    }
                )
            }
        )
        // The channel ended meanwhile, too early to know of this.
        if process.presences.withLock({ $0.hasEnded }) { presence.withdraw(channel: owner, from: topic) }
    }

    /// The number under which the channel tracks.
    private func owner() throws(PresenceError) -> UInt64 {
        guard let owner = process.presences.withLock({ $0.begin() }) else {
            throw PresenceError(.ended, "the channel has ended")
        }
        return owner
    }

    /// Asks for a change and waits for its outcome.
    private func outcome(
        of change: (@escaping Presence.Completion) throws -> Void
    ) async throws -> PresenceTracking {
        let result: Result<PresenceTracking, any Error> = await withCheckedContinuation { continuation in
            do {
                try change { continuation.resume(returning: $0.mapError { $0 }) }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }
}

extension Endpoint {
    /// Who is present in a topic.
    ///
    /// - Parameter topic: the topic.
    /// - Returns: the presences.
    /// - Throws: ``PresenceError`` if the store can't be reached and nothing is known.
    public func presences(in topic: String) async throws(PresenceError) -> PresenceList {
        try await presence.list(topic)
    }

    /// The presences of one key in a topic; nil if it is not present.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - topic: the topic.
    /// - Returns: the key's entry.
    /// - Throws: ``PresenceError`` if the store can't be reached and nothing is known.
    public func presence(of key: String, in topic: String) async throws(PresenceError) -> PresenceEntry? {
        try await presence.get(key, in: topic)
    }
}
