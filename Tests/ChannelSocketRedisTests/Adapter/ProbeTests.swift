import NIOCore
import Testing

@testable import ChannelSocketRedis

@Suite("Loop-back probe") struct ProbeTests {
    private var probe = Probe(interval: .seconds(5), timeout: .seconds(2))
    private let start = NIODeadline.uptimeNanoseconds(1)

    @Test("goes out at once, and again an interval after it came back")
    mutating func rhythm() {
        #expect(probe.tick(now: start) == .send(token: "1"))
        #expect(probe.tick(now: start + .seconds(1)) == .none)
        #expect(received("1", at: start + .seconds(1)) == .seconds(1))
        #expect(probe.tick(now: start + .seconds(5)) == .none)
        #expect(probe.tick(now: start + .seconds(6)) == .send(token: "2"))
    }

    @Test("finds the subscriber deaf when it does not come back in time")
    mutating func deaf() {
        _ = probe.tick(now: start)
        probe.published(now: start)
        #expect(received("nonsense", at: start) == nil)
        #expect(received("0", at: start) == nil)
        #expect(probe.tick(now: start + .seconds(2)) == .deaf)
        #expect(received("1", at: start + .seconds(3)) == nil)
    }

    @Test("counts the time only from when Redis has published it, and again for the next one")
    mutating func backlog() {
        _ = probe.tick(now: start)
        #expect(probe.tick(now: start + .seconds(60)) == .none)
        probe.published(now: start + .seconds(60))
        #expect(probe.tick(now: start + .seconds(61)) == .none)
        #expect(received("1", at: start + .seconds(61)) == .seconds(61))
        // The answer may come after the message.
        probe.published(now: start + .seconds(61))
        #expect(probe.tick(now: start + .seconds(66)) == .send(token: "2"))
        #expect(probe.tick(now: start + .seconds(90)) == .none)
        probe.published(now: start + .seconds(90))
        #expect(probe.tick(now: start + .seconds(92)) == .deaf)
    }

    @Test("draws no conclusion from a probe that Redis refused")
    mutating func refused() {
        _ = probe.tick(now: start)
        probe.refused(now: start + .seconds(1))
        #expect(probe.tick(now: start + .seconds(4)) == .none)
        #expect(probe.tick(now: start + .seconds(6)) == .send(token: "2"))
    }

    @Test("starts anew with a new connection")
    mutating func reset() {
        _ = probe.tick(now: start)
        probe.reset(now: start + .seconds(1))
        #expect(probe.tick(now: start + .seconds(3)) == .send(token: "2"))
        #expect(received("1", at: start + .seconds(3)) == nil)
    }

    private mutating func received(_ token: String, at time: NIODeadline) -> TimeAmount? {
        Array(token.utf8).withUnsafeBytes { probe.received($0, now: time) }
    }
}
