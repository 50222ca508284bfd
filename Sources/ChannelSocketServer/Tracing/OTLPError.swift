/// Why spans were not taken.
struct OTLPError: Error, CustomStringConvertible {
    /// What the collector did.
    let description: String
}
