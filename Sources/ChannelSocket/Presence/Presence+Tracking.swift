import NIOCore
import PhoenixWire

/// Tracking for channels, which are named by numbers.
extension Presence {
    /// Who waits for the store's answer.
    typealias Completion = LocalMembers.Completion

    func track(
        _ key: String, _ meta: Payload, on topic: String, by owner: UInt64, _ completion: Completion?
    ) throws(PresenceError) {
        let text = try check(key, meta)
        try checkPending()
        let isNew = withTopic(topic) { state, effects in
            effects.flush = true
            return state.local.track(owner: owner, key: key, meta: text, ref: refs.next(), completion)
        }
        guard isNew else { throw PresenceError(.alreadyTracked, "the channel tracks this key already") }
    }

    func update(
        _ key: String,
        on topic: String,
        by owner: UInt64,
        _ change: (Payload) throws -> Payload,
        _ completion: Completion?
    ) throws {
        try checkPending()
        let old = withTopic(topic) { state, _ in state.local.meta(owner: owner, key: key) }
        guard let old else { throw PresenceError(.notTracked, "the channel does not track this key") }
        let text = try check(key, change(Self.withoutPrevious(old.meta)))
        let next = refs.next()
        let isTracked = withTopic(topic) { state, effects in
            // The meta that is replaced may be another one by now.
            guard let old = state.local.meta(owner: owner, key: key) else { return false }
            let previous = "{\"phx_ref_prev\":\"\(old.ref)\""
            let meta = text == "{}" ? previous + "}" : previous + "," + text.dropFirst()
            effects.flush = true
            return state.local.update(owner: owner, key: key, meta: meta, ref: next, completion)
        }
        guard isTracked else { throw PresenceError(.notTracked, "the channel does not track this key") }
    }

    func untrack(
        _ key: String, on topic: String, by owner: UInt64, _ completion: Completion?
    ) throws(PresenceError) {
        let isTracked = withTopic(topic) { state, effects in
            effects.flush = true
            defer { effects.answers += state.local.takeSettled() }
            return state.local.untrack(owner: owner, key: key, completion)
        }
        guard isTracked else { throw PresenceError(.notTracked, "the channel does not track this key") }
    }

    // MARK: Checks

    private func checkPending() throws(PresenceError) {
        guard store.disconnectReason != nil else { return }
        guard health.pending < configuration.maxPendingChanges else {
            throw refusal(.overloaded, "the store is away, and too many changes wait for it")
        }
    }

    /// The meta as it is kept: an object without what only we may say.
    private func check(_ key: String, _ meta: Payload) throws(PresenceError) -> String {
        guard !key.isEmpty, key.utf8.count <= configuration.maxKeyBytes else {
            throw refusal(.invalidKey, "a key has 1 to \(configuration.maxKeyBytes) bytes")
        }
        let members: [(name: String, value: Payload)]
        do throws(WireError) {
            members = try meta.members()
        } catch {
            throw refusal(.invalidMeta, "a meta is a JSON object")
        }
        let text = Self.object(members) { $0 != "phx_ref" && $0 != "phx_ref_prev" }
        guard text.utf8.count <= configuration.maxMetaBytes else {
            throw refusal(.invalidMeta, "a meta has at most \(configuration.maxMetaBytes) bytes")
        }
        return text
    }

    private func refusal(_ code: PresenceError.Code, _ message: String) -> PresenceError {
        pubSub.statistics.count(.refusedPresences)
        return PresenceError(code, message)
    }

    private static func withoutPrevious(_ meta: String) -> Payload {
        let payload = Payload.json(.init(string: meta))
        guard let members = try? payload.members() else { return payload }
        return .json(.init(string: object(members) { $0 != "phx_ref_prev" }))
    }

    private static func object(_ members: [(name: String, value: Payload)], where isKept: (String) -> Bool) -> String {
        let kept = members.filter { isKept($0.name) }
        return "{" + kept.map { "\(Payload.literal($0.name)):\($0.value.text)" }.joined(separator: ",") + "}"
    }
}
