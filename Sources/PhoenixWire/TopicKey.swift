/// A topic as the key of a table: two topics are the same if their bytes are.
///
/// Swift's strings are equal, and hash alike, when they are canonically equivalent; two topics that only look the
/// same would share an entry, while Phoenix and Redis tell them apart.
package struct TopicKey: Hashable, Sendable {
    /// The topic.
    package let topic: String

    /// Creates a key.
    package init(_ topic: String) {
        self.topic = topic
    }

    /// Compares the bytes.
    package static func == (left: TopicKey, right: TopicKey) -> Bool {
        left.topic.hasSameBytes(as: right.topic)
    }

    /// Hashes the bytes.
    package func hash(into hasher: inout Hasher) {
        var topic = topic
        topic.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
