/// Clients that have joined and do nothing.
final class IdleTraffic: Traffic {
    func start(_ load: LoadLoop, at start: UInt64) {}
    func stop() {}
    func receive(_ bytes: UnsafeRawBufferPointer, by client: BenchClient, at now: UInt64) {}
    func receivedAll(by client: BenchClient, at now: UInt64) {}
    func delivered(_ number: UInt64, ofTopic topic: Int) {}
    func progress() -> TrafficProgress { TrafficProgress() }
}
