/// What a node is to the others: a new one at every start, and whenever it was declared dead.
///
/// Pure. Says whether the node may change anything, and what was left behind.
struct RedisIncarnation: Sendable {
    /// An incarnation that was declared dead, with the topics in which it may have members.
    struct Grave: Sendable {
        var name: String
        var topics: Set<String>
        /// When to remove what the present incarnation has not adopted by then.
        var due: ContinuousClock.Instant
    }

    /// Why nothing may be changed.
    enum Refusal: Equatable {
        case notRegistered
        case leaseOver
    }

    private(set) var name: String?
    private(set) var topics: Set<String> = []
    private var renewed: ContinuousClock.Instant?
    /// Whether there has been a former incarnation.
    private(set) var hasLived = false
    private(set) var graves: [Grave] = []
    private let lease: Duration

    init(lease: Duration) {
        self.lease = lease
    }

    /// The name if the lease is certainly not over.
    func usable(now: ContinuousClock.Instant) -> String? {
        guard let name, let renewed, now - renewed < lease else { return nil }
        return name
    }

    /// Why ``usable(now:)`` is nil, or nil.
    func refusal(now: ContinuousClock.Instant) -> Refusal? {
        guard name != nil else { return .notRegistered }
        return usable(now: now) == nil ? .leaseOver : nil
    }

    /// Begins to exist.
    mutating func registered(_ name: String, at sent: ContinuousClock.Instant) {
        self.name = name
        hasLived = true
        topics = []
        renewed = sent
    }

    /// Notes that the lease was renewed by a command sent then.
    mutating func renewed(at sent: ContinuousClock.Instant) {
        renewed = sent
    }

    /// Whether the incarnation of that name has noted a topic.
    func isIn(_ topic: String, as name: String) -> Bool {
        self.name == name && topics.contains(topic)
    }

    /// Notes a topic in which there may be members from now on.
    mutating func entered(_ topic: String, as name: String) {
        if self.name == name { topics.insert(topic) }
    }

    /// Notes that there are no members in a topic any more.
    ///
    /// - Returns: false if that is known.
    mutating func left(_ topic: String, as name: String) -> Bool {
        self.name == name && topics.remove(topic) != nil
    }

    /// Notes that it was declared dead; nothing if it is another one that was.
    mutating func died(_ dead: String, now: ContinuousClock.Instant) {
        guard name == dead else { return }
        graves.append(Grave(name: dead, topics: topics, due: now + lease / 3))
        name = nil
        renewed = nil
        topics = []
    }

    /// Takes the dead whose time has come.
    mutating func takeGraves(now: ContinuousClock.Instant) -> [Grave] {
        let due = graves.filter { $0.due <= now }
        graves.removeAll { $0.due <= now }
        return due
    }

    /// Puts one back that could not be dealt with.
    mutating func putBack(_ grave: Grave) {
        graves.append(grave)
    }
}
