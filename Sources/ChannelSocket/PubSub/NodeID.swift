/// The identity of one running node: new at every start, unique in the cluster, safe to print.
public struct NodeID: Hashable, Sendable, CustomStringConvertible {
    /// The text form: 1 to 64 characters of `A-Z a-z 0-9 _`.
    public let description: String

    /// Creates a random identity of 64 bits.
    public init() {
        description = String(UInt64.random(in: 1...UInt64.max), radix: 36)
    }

    /// Creates an identity from its text form.
    ///
    /// - Parameter description: 1 to 64 characters of `A-Z a-z 0-9 _`, else the result is nil.
    public init?(_ description: String) {
        let allowed = description.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard allowed, (1...64).contains(description.utf8.count) else { return nil }
        self.description = description
    }
}

/// The identity of one connection in the cluster, so that a broadcast can leave it out.
public struct SubscriberID: Hashable, Sendable, CustomStringConvertible {
    /// The node that holds the connection.
    public let node: NodeID
    /// The connection's number on its node.
    public let number: UInt64

    /// Creates an identity.
    public init(node: NodeID, number: UInt64) {
        self.node = node
        self.number = number
    }

    /// Creates an identity from its text form, `node-number`; nil for anything else.
    public init?(_ description: String) {
        guard let dash = description.lastIndex(of: "-"),
            let node = NodeID(String(description[..<dash])),
            let number = UInt64(description[description.index(after: dash)...])
        else { return nil }
        self.init(node: node, number: number)
    }

    /// The text form, `node-number`.
    public var description: String { "\(node)-\(number)" }
}
