import ChannelSocket
import Logging
import NIOCore
import Synchronization

/// The node's lease, and the watch over those of others.
extension RedisPresenceStore {
    /// Keeps the lease and watches the other nodes, until the surrounding task is cancelled; then has the node's
    /// members leave.
    public func run() async throws {
        await pollRegularly()
        // The task is cancelled, but there is something left to say.
        await Task { await self.retire() }.value
    }

    private func pollRegularly() async {
        await withDiscardingTaskGroup { group in await pollRegularly(&group) }
    }

    private func pollRegularly(_ group: inout DiscardingTaskGroup) async {
        var known = adapter.statistics.reconnects
        var record = PollingRecord(lease: configuration.lease, interval: configuration.pollInterval, reconnects: known)
        while !Task.isCancelled {
            let reconnects = adapter.statistics.reconnects
            let mayJudge = record.begins(now: .now, reconnects: reconnects)
            do throws(PresenceError) {
                let (dead, isFull) = try await poll(takingOver: mayJudge)
                record.succeeded(now: .now)
                // Not before Redis answers again: what is asked as long as it does not is not asked once more soon.
                if reconnects != known {
                    known = reconnects
                    report(.diffsMissed)
                }
                noteTrouble(isFull ? RedisScriptRunner.outOfMemory : nil)
                for name in dead where beginReaping(name) {
                    // Beside the polling, so that many members can't cost the node its own lease.
                    group.addTask {
                        await self.reap(name)
                        self.reaping.withLock { _ = $0.remove(name) }
                    }
                }
                if beginCleaning() {
                    group.addTask {
                        await self.clean()
                        self.isCleaning.withLock { $0 = false }
                    }
                }
            } catch {
                record.failed()
                noteTrouble(error.message)
            }
            // Somebody may be waiting for the first lease, or for a new one.
            let isRegistered = incarnation.withLock { $0.name != nil }
            let interval = min(configuration.pollInterval, isRegistered ? .seconds(3_600) : .milliseconds(100))
            // Cancelled, it fails, and the loop ends.
            try? await Task.sleep(for: interval * Double.random(in: 0.75...1.25))
        }
    }

    /// Keeps for health reports what is wrong, and logs it unless the link does.
    private func noteTrouble(_ new: String?) {
        let isLinkDown = adapter.disconnectReason != nil
        switch trouble.withLock({ $0.note(new, isLoggedElsewhere: isLinkDown) }) {
        case .began(let reason):
            logger.warning("presence is not kept: changes wait", metadata: ["reason": "\(reason)"])
        case .ended: logger.info("presence is kept again")
        case nil: break
        }
    }

    /// Renews the lease, or begins a new incarnation.
    ///
    /// - Returns: the incarnations this node has to remove, and whether Redis is out of memory.
    private func poll(takingOver: Bool) async throws(PresenceError) -> (dead: [String], isFull: Bool) {
        let sent = ContinuousClock.now
        let (current, isReborn) = incarnation.withLock { ($0.name, $0.hasLived) }
        let name = current ?? newName()
        let reply = try await scripts.run(
            .poll,
            keys: [keys.leases, keys.reaping],
            [
                .text(name), RedisArgument(configuration.lease.milliseconds), current == nil ? "1" : "0",
                takingOver ? "1" : "0", RedisArgument(2 * configuration.lease.milliseconds),
            ]
        )
        var answer = Self.texts(reply)
        let word = answer.isEmpty ? "" : answer.removeFirst()
        guard word == "OK" || word == "FULL" else {
            // A new name can't be dead yet.
            guard current != nil else { throw Self.unexpectedAnswer }
            incarnation.withLock { $0.died(name, now: .now) }
            return try await poll(takingOver: false)
        }
        if current == nil {
            try await scripts.send(["SET", .text(keys.state(name)), "live"])
            // Nothing may be changed in the new name before all know that the old one is gone.
            if isReborn { report(.lost) }
            incarnation.withLock { $0.registered(name, at: sent) }
        } else {
            incarnation.withLock { $0.renewed(at: sent) }
        }
        return (answer, word == "FULL")
    }

    // MARK: The dead

    private func beginCleaning() -> Bool {
        isCleaning.withLock { isCleaning in
            defer { isCleaning = true }
            return !isCleaning
        }
    }

    /// Removes what nobody keeps; beside the polling like ``reap(_:)``.
    private func clean() async {
        do throws(PresenceError) {
            try await closeGraves()
            try await checkSuspects()
        } catch {
            // Done by one of the next polls.
            guard !Task.isCancelled else { return }
            logger.warning("could not remove former members", metadata: ["error": "\(error)"])
        }
    }

    private func beginReaping(_ dead: String) -> Bool {
        reaping.withLock { $0.insert(dead).inserted }
    }

    /// Removes all members of a dead incarnation.
    private func reap(_ dead: String) async {
        do throws(PresenceError) {
            // From here on it can't enter further topics. Deleted, which Redis does even when it is out of memory.
            try await scripts.send(["DEL", .text(keys.state(dead))])
            var cursor = "0"
            repeat {
                try Self.checkCancellation()
                let reply = try await scripts.send(
                    ["SSCAN", .text(keys.topics(dead)), .text(cursor), "COUNT", RedisArgument(configuration.readPage)]
                )
                guard let parts = reply.array, parts.count == 2, let next = parts[0].text else {
                    throw Self.unexpectedAnswer
                }
                for topic in Self.texts(parts[1]) { try await reap(dead, in: topic) }
                cursor = next
            } while cursor != "0"
            try await forget(dead)
            logger.info("removed the members of a dead node", metadata: ["presence.incarnation": "\(dead)"])
        } catch {
            // Taken over again when the time for it is up.
            guard !Task.isCancelled else { return }
            logger.warning("could not remove the members of a dead node", metadata: ["error": "\(error)"])
        }
    }

    private func reap(_ dead: String, in topic: String) async throws(PresenceError) {
        var isDone = false
        while !isDone {
            try Self.checkCancellation()
            let reply = try await scripts.run(
                .reap,
                keys: [
                    keys.members(topic), keys.counts(topic), keys.ownedPrefix(topic) + dead, keys.owners(topic),
                    keys.meta(topic),
                ],
                [
                    .text(dead), .text(adapter.configuration.channelPrefix + topic), .text(messageHead(topic)),
                    RedisArgument(configuration.reapBatch),
                ],
                topic: topic
            )
            guard let parts = reply.array, parts.count == 2, let left = parts[0].integer else {
                throw Self.unexpectedAnswer
            }
            let disappeared = Self.keys(parts[1])
            if !disappeared.isEmpty { report(.disappeared(topic: topic, keys: disappeared)) }
            isDone = left == 0
        }
    }

    /// Leaves the dead to others when the node stops, which must not wait for thousands of topics.
    private static func checkCancellation() throws(PresenceError) {
        if Task.isCancelled { throw PresenceError(.unavailable, "the node stops") }
    }

    /// Removes what is left of an incarnation without members.
    private func forget(_ dead: String) async throws(PresenceError) {
        try await scripts.send(["DEL", .text(keys.state(dead)), .text(keys.topics(dead))])
        try await scripts.send(["ZREM", .text(keys.leases), .text(dead)])
        try await scripts.send(["ZREM", .text(keys.reaping), .text(dead)])
    }

    /// Removes what this node's former incarnations have left behind and the present one has not adopted.
    private func closeGraves() async throws(PresenceError) {
        var graves = incarnation.withLock { $0.takeGraves(now: .now) }[...]
        do throws(PresenceError) {
            while let grave = graves.first {
                for topic in grave.topics { try await reap(grave.name, in: topic) }
                try await forget(grave.name)
                graves.removeFirst()
            }
        } catch {
            for grave in graves { incarnation.withLock { $0.putBack(grave) } }
            throw error
        }
    }

    /// Removes members of incarnations nobody answers for: they can come from a node that wrote into a Redis that
    /// had just lost its data, or from a failover that lost the last writes.
    private func checkSuspects() async throws(PresenceError) {
        let all = suspects.withLock { $0 }
        for (name, suspect) in all {
            let leases = try await scripts.send(["ZSCORE", .text(keys.leases), .text(name)])
            let reaping = try await scripts.send(["ZSCORE", .text(keys.reaping), .text(name)])
            guard leases == .null, reaping == .null else {
                suspects.withLock { $0[name] = nil }
                continue
            }
            guard ContinuousClock.now - suspect.since > configuration.lease else { continue }
            logger.warning("removing members nobody answers for", metadata: ["presence.incarnation": "\(name)"])
            for topic in suspect.topics { try await reap(name, in: topic) }
            suspects.withLock { $0[name] = nil }
        }
    }

    /// Leaves for good.
    private func retire() async {
        let name = incarnation.withLock { incarnation in
            let name = incarnation.name
            if let name { incarnation.died(name, now: .now) }
            return name
        }
        guard let name else { return }
        await reap(name)
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
