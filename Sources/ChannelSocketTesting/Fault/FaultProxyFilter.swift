/// Changes what passes a ``FaultProxy`` in one direction of one connection.
public protocol FaultProxyFilter {
    /// Takes the bytes that come in and returns those that go on; may keep some for the next time.
    ///
    /// - Parameter bytes: what was sent.
    /// - Returns: what arrives.
    mutating func pass(_ bytes: [UInt8]) -> [UInt8]
}
