extension String {
    /// Whether two strings are the same bytes.
    ///
    /// `==` also calls strings equal that Unicode calls canonically equivalent; the protocol, and Redis, do not.
    package func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        var left = self
        var right = other
        return left.withUTF8 { left in
            right.withUTF8 { right in
                left.indices.allSatisfy { left[$0] == right[$0] }
            }
        }
    }
}
