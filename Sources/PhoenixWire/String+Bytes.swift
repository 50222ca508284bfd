extension String {
    /// Whether two strings are the same bytes.
    ///
    /// `==` also calls strings equal that Unicode calls canonically equivalent; the protocol, and Redis, do not.
    @inlinable
    package func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let areSame = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in
                left.indices.allSatisfy { left[$0] == right[$0] }
            }
        }
        // Strings bridged from elsewhere may lie in pieces.
        return (areSame ?? nil) ?? utf8.elementsEqual(other.utf8)
    }
}
