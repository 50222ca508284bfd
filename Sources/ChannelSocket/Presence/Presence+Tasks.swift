import Logging
import NIOCore
import PhoenixWire

/// The tasks that do what a topic needs, one of each kind at most, and only while there is something to do.
///
/// Nobody has these tasks, so they are not cancelled and their sleeps don't fail; they end by themselves. Those that
/// audit are cancelled with ``Presence/run()``, and end when a sleep fails.
extension Presence {
    /// Brings the store up to date with what this node's channels track.
    func flush(_ topic: String) async {
        var (losses, failures) = (0, 0)
        while true {
            if configuration.window > .zero { try? await Task.sleep(for: configuration.window) }
            let batch = withTopic(topic) { state, effects in
                let batch = state.local.nextBatch(limit: configuration.maxChangesPerBatch, makeRef: refs.next)
                effects.answers += state.local.takeSettled()
                state.isFlushing = !batch.isEmpty
                return batch
            }
            guard !batch.isEmpty else { return }
            do throws(PresenceError) {
                let applied = try await store.apply(batch, to: topic)
                for _ in applied.refused { pubSub.statistics.count(.refusedPresences) }
                withTopic(topic) { $0.applied(applied, &$1) }
                failures = 0
                if let appeared = hooks.appeared { for key in applied.appeared { appeared(topic, key) } }
                if let disappeared = hooks.disappeared { for key in applied.disappeared { disappeared(topic, key) } }
            } catch {
                // Declared dead: what is to be done has been decided anew, once; a store that goes on saying so must not
                // be asked without a pause, for this may be an event loop.
                losses += error.code == .lost ? 1 : 0
                if error.code == .lost, losses == 1, !hasEnded { continue }
                failures += 1
                // Once, and only what the store does not know of itself: it says when it is away.
                let level: Logger.Level = failures == 3 && store.disconnectReason == nil ? .warning : .debug
                logger.log(level: level, "presence changes can't be stored", metadata: ["error": "\(error)"])
                let hasEnded = hasEnded
                withTopic(topic) { state, effects in
                    if error.code == .outOfMemory { state.local.withdrawBatch() }
                    effects.answers += state.local.answerAll()
                    if hasEnded { state.isFlushing = false }
                }
                if hasEnded { return }
                await pause()
            }
        }
    }

    /// Reads a topic until its mirror is current.
    func read(_ topic: String, _ reading: PresenceEffects.Reading) async {
        var next: PresenceEffects.Reading? = reading
        var attempts = 0
        while let reading = next {
            // Once more is usual when diffs come while the topic is read; whatever asks for more had better wait.
            attempts += 1
            if attempts > 2 { await pause() }
            if reading == .afterGrace { try? await Task.sleep(for: configuration.epochGrace) }
            let (mirror, known, activity) = withTopic(topic) { state, _ in
                (state.mirrorNumber, state.mirror?.known, state.local.activity)
            }
            do throws(PresenceError) {
                try await confirmSubscription(topic)
                let snapshot = try await store.snapshot(of: topic, unless: known)
                next = withTopic(topic) { state, effects in
                    guard state.mirror != nil else { return finish(&state) }
                    guard state.mirrorNumber == mirror else { return .now }
                    state.read(snapshot, since: activity, &effects)
                    if isAbandoned(topic, &state, &effects) { return finish(&state) }
                    guard let again = effects.read.take() else { return finish(&state) }
                    return again
                }
            } catch {
                let hasEnded = hasEnded
                next = withTopic(topic) { state, effects in
                    guard state.mirror != nil else { return finish(&state) }
                    state.readFailed(error, &effects)
                    if hasEnded {
                        // Whoever asks from now on has it read once.
                        state.dropMirror(&effects)
                        return finish(&state)
                    }
                    if isAbandoned(topic, &state, &effects) { return finish(&state) }
                    return .now
                }
                if next != nil, attempts < 2 { await pause() }
            }
        }
    }

    /// Drops the mirror of a topic without subscribers: it was asked for when the last one had left already, so nobody
    /// else will.
    private func isAbandoned(
        _ topic: String, _ state: inout PresenceTopic, _ effects: inout PresenceEffects
    ) -> Bool {
        guard !pubSub.hasMembers(of: topic) else { return false }
        state.dropMirror(&effects)
        effects.read = nil
        return true
    }

    private func finish(_ state: inout PresenceTopic) -> PresenceEffects.Reading? {
        state.isReading = false
        return nil
    }

    /// Waits until diffs of the topic reach this node, so that none is missed after the reading.
    private func confirmSubscription(_ topic: String) async throws(PresenceError) {
        guard let confirmation = pubSub.confirmation(of: topic) else { return }
        do {
            try await confirmation.get()
        } catch {
            throw PresenceError(.unavailable, "not subscribed: \(error)")
        }
    }

    /// Has a topic read anew when somebody waits too long for a diff.
    func watch(_ topic: String) async {
        var isNeeded = true
        while isNeeded {
            try? await Task.sleep(for: configuration.diffTimeout)
            isNeeded = withTopic(topic) { state, effects in
                state.isWatching = state.waiterCount > 0
                if state.isWatching, state.mirror?.isCurrent == true { state.invalidate(&effects) }
                return state.isWatching
            }
        }
    }

    /// Sends what was gathered for a large topic.
    func gather(_ topic: String) async {
        try? await Task.sleep(for: configuration.largeWindow)
        withTopic(topic) { state, effects in
            state.isGathering = false
            effects.items += state.output.windowEnded(state.mirror?.members ?? PresenceMembers())
        }
    }

    /// Compares each topic with the store now and then, all of them spread over the interval.
    func auditRegularly() async {
        while !Task.isCancelled {
            await audit(topics, over: configuration.auditInterval * Double.random(in: 0.67...1.33))
        }
    }

    /// Compares all topics with the store after diffs may have been missed.
    ///
    /// In full, unlike the reading that has been begun for each at once, and thus one after the other.
    func auditAfterGaps() async {
        for await _ in gaps.stream {
            let topics = topics
            await audit(topics, over: min(.milliseconds(2) * topics.count, configuration.auditInterval))
        }
    }

    private func audit(_ topics: [String], over interval: Duration) async {
        var round = PresenceAuditRound(topics, over: interval)
        while let batch = round.next() {
            guard (try? await Task.sleep(for: round.pause)) != nil else { return }
            for topic in batch { await audit(topic) }
        }
    }

    /// Has a topic read that is mirrored, and compares what this node has in it otherwise.
    private func audit(_ topic: String) async {
        let (isLocal, known, activity) = withTopic(topic) { state, effects in
            let (isLocal, known) = state.beginAudit(&effects)
            return (isLocal, known, state.local.activity)
        }
        guard isLocal else { return }
        do throws(PresenceError) {
            let snapshot = try await store.snapshot(of: topic, unless: known)
            withTopic(topic) { $0.audit(snapshot, since: activity, &$1) }
        } catch {
            // Next time.
        }
    }

    private func pause() async {
        try? await Task.sleep(for: configuration.retryDelay * Double.random(in: 0.5...1.5))
    }

    // MARK: To the clients

    /// Sends one thing to its clients, under the lock of its topic.
    func send(_ item: PresenceOutput.Item, of topic: inout PresenceTopic, _ name: String) {
        if case .state(_, let targets) = item, let events = topic.mirror?.stateEvents(chunk: configuration.stateChunk) {
            push(events, to: targets, of: name)
        } else {
            send(item, fields: [:], topic: name)
        }
    }

    /// Sends one thing to its clients.
    private func send(_ item: PresenceOutput.Item, fields: PresenceFields, topic: String) {
        switch item {
        case .diff(let diff):
            guard pubSub.hasMembers(of: topic) else { return }
            push([PresenceJSON.diff(diff, fields: fields)], to: nil, of: topic)
        case .state(let members, let targets):
            push(PresenceJSON.state(members, fields: fields, chunk: configuration.stateChunk), to: targets, of: topic)
        case .summary(let users, let connections, let isFull, let targets):
            let summary = PresenceJSON.summary(users: users, connections: connections, isFull: isFull)
            push([summary], to: targets, of: topic)
        }
    }

    private func push(_ events: [PresenceJSON.Event], to targets: [PresenceTarget]?, of topic: String) {
        if let targets {
            for target in targets { target.push(events) }
        } else {
            for event in events {
                pubSub.enqueue(Broadcast(topic: topic, event: event.name, payload: event.payload))
            }
        }
    }

    /// Enriches and sends what waits, in order.
    func sendEnriched(_ topic: String) async {
        while let item = withTopic(topic, { state, _ in state.dequeue() }) {
            let fields = await fields(of: item, topic)
            send(item, fields: fields, topic: topic)
        }
    }

    private func fields(of item: PresenceOutput.Item, _ topic: String) async -> PresenceFields {
        switch item {
        case .diff(let diff): pubSub.hasMembers(of: topic) ? await fields(of: diff.keys, topic) : [:]
        case .state(let members, _): await fields(of: Set(members.keys), topic)
        case .summary: [:]
        }
    }

    /// What the application adds to some keys.
    func fields(of keys: Set<String>, _ topic: String) async -> PresenceFields {
        guard let fetch, !keys.isEmpty else { return [:] }
        do {
            return try await TimeLimit.run(for: configuration.fetchTimeout) { try await fetch(topic, keys) }
        } catch {
            logger.error("presence fetch failed", metadata: ["error": "\(error)"])
            return [:]
        }
    }
}
