internal import PhoenixWire
internal import Synchronization

/// How many members the topics of declared channels have on this node, for those that have a limit.
final class TopicOccupancy: Sendable {
    private let counts = Mutex<[TopicKey: Int]>([:])

    /// Takes a place.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - limit: how many places there are.
    /// - Returns: nil if all are taken; otherwise the place, which is free again when nobody holds it any more.
    func takePlace(in topic: String, of limit: Int) -> Place? {
        let key = TopicKey(topic)
        let isFree = counts.withLock { counts in
            let count = counts[key, default: 0]
            guard count < limit else { return false }
            counts[key] = count + 1
            return true
        }
        return isFree ? Place(occupancy: self, topic: key) : nil
    }

    private func leave(_ topic: TopicKey) {
        counts.withLock { counts in
            let count = counts[topic, default: 1] - 1
            counts[topic] = count == 0 ? nil : count
        }
    }

    /// The place of a member; whatever ends the channel gives it up.
    final class Place: Sendable {
        private let occupancy: TopicOccupancy
        private let topic: TopicKey

        fileprivate init(occupancy: TopicOccupancy, topic: TopicKey) {
            self.occupancy = occupancy
            self.topic = topic
        }

        deinit {
            occupancy.leave(topic)
        }
    }
}
