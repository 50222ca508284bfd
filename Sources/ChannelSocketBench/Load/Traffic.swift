/// What the joined clients of one loop send, and do with what they receive.
///
/// Confined to the loop.
protocol Traffic: AnyObject {
    /// Starts to send.
    ///
    /// - Parameters:
    ///   - load: the clients.
    ///   - start: when the first message of an open loop is due.
    func start(_ load: LoadLoop, at start: UInt64)

    /// Sends no more.
    func stop()

    /// Takes a message.
    ///
    /// - Parameters:
    ///   - bytes: its text, valid during the call only.
    ///   - client: who received it.
    ///   - now: when.
    func receive(_ bytes: UnsafeRawBufferPointer, by client: BenchClient, at now: UInt64)

    /// Called when all that one read brought has been received: the time to send what that allows.
    func receivedAll(by client: BenchClient, at now: UInt64)

    /// A message was completely delivered to all members that one loop has; called on the loop of the publisher.
    func delivered(_ number: UInt64, ofTopic topic: Int)

    /// How many messages each own topic's publisher has sent, and how many have been received.
    func progress() -> TrafficProgress
}
