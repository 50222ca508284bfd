import Testing

/// Waits until something is so, as others make it.
func waitUntil(_ isSo: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while !isSo() {
        try #require(ContinuousClock.now < deadline, sourceLocation: sourceLocation)
        await Task.yield()
    }
}
