/// What came that is neither a delivery nor a reply, in the measured time.
package struct Unasked: Sendable, Codable, Equatable {
    /// How many messages.
    package internal(set) var count: UInt64 = 0
    /// What the first of them was.
    package internal(set) var first: String?

    mutating func add(_ other: Unasked) {
        count += other.count
        first = first ?? other.first
    }
}
