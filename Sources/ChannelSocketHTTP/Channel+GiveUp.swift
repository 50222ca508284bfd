import NIOCore

extension Channel {
    /// Closes the connection at once, whatever its handlers would do before.
    ///
    /// TLS waits for the client to close as well, for 5 s. A client that does not read or is silent does not, and
    /// meanwhile its connection would keep a file that is promised to another.
    func giveUp() {
        guard eventLoop.inEventLoop else { return eventLoop.execute { self.giveUp() } }
        // Fails only if the connection is closed already.
        try? pipeline.syncOperations.addHandler(ConnectionEnd(), position: .first)
    }
}
