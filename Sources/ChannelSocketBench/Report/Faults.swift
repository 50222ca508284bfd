/// What must not happen, and how often it has.
package struct Faults: Sendable, Codable, Equatable {
    /// Messages that never came.
    package internal(set) var lost: UInt64 = 0
    /// Messages that came again.
    package internal(set) var duplicates: UInt64 = 0
    /// Messages that came after a later one of the same publisher.
    package internal(set) var disordered: UInt64 = 0
    /// Messages of a topic that the client has not joined.
    package internal(set) var misrouted: UInt64 = 0
    /// Messages without the stamp they were sent with, or that are no V2 messages.
    package internal(set) var malformed: UInt64 = 0
    /// Pushes that were answered with an error.
    package internal(set) var refused: UInt64 = 0
    /// Clients whose connection or channel ended.
    package internal(set) var ended: UInt64 = 0
    /// What the first of these was, where there is something to tell.
    package internal(set) var first: String?

    /// Whether nothing has happened.
    package var isEmpty: Bool {
        lost + duplicates + disordered + misrouted + malformed + refused + ended == 0
    }

    mutating func add(_ other: Faults) {
        lost += other.lost
        duplicates += other.duplicates
        disordered += other.disordered
        misrouted += other.misrouted
        malformed += other.malformed
        refused += other.refused
        ended += other.ended
        first = first ?? other.first
    }
}
