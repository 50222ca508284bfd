extension MetricsConfiguration {
    /// The first parts of the paths at which the server has something else.
    private static let taken: Set<Substring> = ["health", "api", "admin"]

    /// What is wrong with the page's path, reading on after its name; nil if nothing is.
    ///
    /// A router takes one page for a path only, and ends the process at the second.
    var pathProblem: String? {
        guard isEnabled else { return nil }
        guard let first = path.split(separator: "/").first else { return "can't be \(path): the chat page is there" }
        return Self.taken.contains(first) ? "can't be \(path): what is below /\(first) is the server's own" : nil
    }
}
