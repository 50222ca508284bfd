import ChannelSocket

// The rules, in the order of `Check`.
extension PresenceStoreConformance {
    private static let ann = PresenceMember(ref: "ref-1", key: "ann", meta: #"{"d":"web"}"#)

    func joins(_ a: PresenceTestNode, _ b: PresenceTestNode) async throws {
        let applied = try await a.apply(.join(Self.ann))
        for node in [a, b] {
            let diffs = try await node.wait(forDiffs: 1)
            try require(Self.isAnn(diffs[0].joins) && diffs[0].leaves.isEmpty, "the diff is \(diffs[0])")
            try require(diffs[0].version == applied.version, "the diff has another version than the change")
            let snapshot = try await node.snapshot()
            try require(Self.isAnn(snapshot.members), "read \(snapshot.members)")
            try require(snapshot.version == applied.version, "read another version than the change's")
        }
    }

    func repeatsDoNothing(_ a: PresenceTestNode, _ b: PresenceTestNode) async throws {
        let bob = PresenceMember(ref: "ref-2", key: "ann", meta: "{}")
        for change: PresenceChange in [
            .join(Self.ann), .join(Self.ann), .update(old: "ref-1", new: bob), .update(old: "ref-1", new: bob),
            .leave(ref: "ref-2", key: "ann"), .leave(ref: "ref-2", key: "ann"),
        ] { _ = try await a.apply(change) }
        try await end(a)
        let diffs = try await b.wait(forDiffs: 4)
        try require(diffs.count == 4, "six changes, three of them repeated, made \(diffs.count - 1) diffs")
    }

    func updates(_ a: PresenceTestNode, _ b: PresenceTestNode) async throws {
        _ = try await a.apply(.join(Self.ann))
        let second = PresenceMember(ref: "ref-2", key: "ann", meta: "{}")
        let applied = try await a.apply(.update(old: "ref-1", new: second))
        let diff = try await b.wait(forDiffs: 2)[1]
        try require(diff.joins.map(\.ref) == ["ref-2"] && Self.isAnn(diff.leaves), "the diff is \(diff)")
        try require(applied.appeared.isEmpty && applied.disappeared.isEmpty, "an update is no appearance")
    }

    func versions(_ a: PresenceTestNode, _ b: PresenceTestNode) async throws {
        for number in 0..<20 {
            let node = number % 2 == 0 ? a : b
            _ = try await node.apply(.join(PresenceMember(ref: "ref-\(number)", key: "k\(number % 3)", meta: "{}")))
        }
        for node in [a, b] {
            let versions = try await node.wait(forDiffs: 20).map(\.version)
            try require(Set(versions.map(\.epoch)).count == 1, "the epoch changed")
            try require(versions.map(\.number) == Array(1...20), "the versions are \(versions.map(\.number))")
        }
    }

    func firstAndLast(_ a: PresenceTestNode, _ b: PresenceTestNode) async throws {
        let second = PresenceMember(ref: "ref-2", key: "ann", meta: "{}")
        let results = [
            try await a.apply(.join(Self.ann)), try await b.apply(.join(second)),
            try await a.apply(.leave(ref: "ref-1", key: "ann")), try await b.apply(.leave(ref: "ref-2", key: "ann")),
        ]
        try require(results.map(\.appeared) == [["ann"], [], [], []], "appeared: \(results.map(\.appeared))")
        try require(results.map(\.disappeared) == [[], [], [], ["ann"]], "disappeared: \(results.map(\.disappeared))")
    }

    func knownVersions(_ a: PresenceTestNode) async throws {
        let version = try await a.apply(.join(Self.ann)).version
        let known = try await a.node.store.snapshot(of: a.topic, unless: version)
        try require(known == nil, "a known version was read again")
        let empty = try await a.node.store.snapshot(of: a.topic + " of nobody", unless: nil)
        try require(empty?.version == PresenceVersion.none, "a topic nobody has been in has a version")
    }

    func ownership(_ a: PresenceTestNode, _ b: PresenceTestNode) async throws {
        _ = try await a.apply(.join(Self.ann))
        _ = try await b.apply(.join(PresenceMember(ref: "ref-2", key: "bob", meta: "{}")))
        let (own, others) = (try await a.snapshot().own, try await b.snapshot().own)
        try require(own == ["ref-1"] && others == ["ref-2"], "the owners are mixed up: \(own), \(others)")
    }

    func retracks(_ a: PresenceTestNode, _ b: PresenceTestNode) async throws {
        let epoch = try await a.apply(.join(Self.ann)).version.epoch
        let silent = try await a.apply(.retrack(Self.ann, epoch: epoch, fallback: "ref-9"))
        try require(silent.replaced.isEmpty, "a member that is there was replaced")
        _ = try await a.apply(.leave(ref: "ref-1", key: "ann"))
        let known = try await a.apply(.retrack(Self.ann, epoch: epoch, fallback: "ref-3"))
        try require(known.replaced == ["ref-1"], "a ref joined twice in an epoch")
        let again = try await a.apply(.retrack(Self.ann, epoch: epoch, fallback: "ref-3"))
        try require(again.replaced == ["ref-1"], "a repeated change has another result")
        let older = PresenceMember(ref: "ref-4", key: "bob", meta: "{}")
        let unseen = try await a.apply(.retrack(older, epoch: "of old", fallback: "ref-5"))
        try require(unseen.replaced.isEmpty, "a ref from another epoch was replaced")
        let refs = try await b.wait(forDiffs: 4).flatMap { $0.joins.map(\.ref) }
        try require(refs == ["ref-1", "ref-3", "ref-4"], "the joins are \(refs)")
    }

    func keepsBytes(_ a: PresenceTestNode, _ b: PresenceTestNode) async throws {
        let key = "tab\t quote\" brace{} line\n \u{1F600} \u{0}"
        let meta = "{\"a\": [1, {\"b\":\t\"\\u0000\"}],\n \"n\": 123456789012345678901234567890}"
        _ = try await a.apply(.join(PresenceMember(ref: "ref-1", key: key, meta: meta)))
        let diff = try await b.wait(forDiffs: 1)[0]
        let read = try await b.snapshot().members
        for member in diff.joins + read {
            try require(member.key == key && member.meta == meta, "came back as \(member)")
        }
        try require(diff.joins.count == 1 && read.count == 1, "there is not exactly one member")
    }

    func stops(_ a: PresenceTestNode, _ b: PresenceTestNode) async throws {
        for number in 0..<5 {
            _ = try await a.apply(.join(PresenceMember(ref: "ref-\(number)", key: "k\(number)", meta: "{}")))
        }
        _ = try await b.apply(.join(PresenceMember(ref: "ref-b", key: "bob", meta: "{}")))
        await a.stop()
        try await b.wait("the members of a stopped node did not leave") {
            b.diffs.flatMap { $0.leaves }.count == 5
        }
        let left = try await b.snapshot().members.map(\.ref)
        try require(left == ["ref-b"], "there are \(left)")
    }

    // MARK: -

    /// Makes one more diff, after which no other can come.
    private func end(_ node: PresenceTestNode) async throws {
        _ = try await node.apply(.join(PresenceMember(ref: "ref-end", key: "end", meta: "{}")))
    }

    private static func isAnn(_ members: [PresenceMember]) -> Bool {
        members.count == 1 && members[0].ref == ann.ref && members[0].key == ann.key && members[0].meta == ann.meta
    }

    private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        guard condition else { throw ConformanceFailure(message()) }
    }
}
