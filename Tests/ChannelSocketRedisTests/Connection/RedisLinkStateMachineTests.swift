import NIOCore
import Testing

@testable import ChannelSocketRedis

@Suite("Life cycle of a link") struct RedisLinkStateMachineTests {
    private var machine = RedisLink.StateMachine(stableAfter: .seconds(2))
    private let start = NIODeadline.uptimeNanoseconds(1)

    @Test("connects, shakes hands, is ready")
    mutating func happyPath() {
        #expect(machine.start() == .connect)
        #expect(machine.connected() == .handshake)
        #expect(machine.handshakeSucceeded(now: start) == .announceReady)
    }

    @Test("counts failures of every kind in a row")
    mutating func failures() {
        _ = machine.start()
        #expect(machine.connectFailed() == .retry(afterFailures: 1, wasReady: false))
        #expect(machine.retryTimerFired() == .connect)
        #expect(machine.connected() == .handshake)
        #expect(machine.closed(now: start) == .retry(afterFailures: 2, wasReady: false))
        #expect(machine.retryTimerFired() == .connect)
        #expect(machine.connectFailed() == .retry(afterFailures: 3, wasReady: false))
    }

    @Test("forgets failures only after a connection that lasted")
    mutating func stability() {
        _ = machine.start()
        _ = machine.connectFailed()
        for failures in 2...4 {
            becomeReady(at: start)
            #expect(machine.closed(now: start + .seconds(1)) == .retry(afterFailures: failures, wasReady: true))
        }
        becomeReady(at: start)
        #expect(machine.closed(now: start + .seconds(2)) == .retry(afterFailures: 1, wasReady: true))
    }

    @Test("stops from every state, closing what is open")
    mutating func stopping() {
        #expect(machine.stop() == .finish)
        #expect(machine.start() == .connect)
        #expect(machine.stop() == .none)
        #expect(machine.connectFailed() == .finish)

        _ = machine.start()
        _ = machine.stop()
        #expect(machine.connected() == .close)
        #expect(machine.closed(now: start) == .finish)

        _ = machine.start()
        _ = machine.connected()
        #expect(machine.stop() == .close)
        #expect(machine.handshakeSucceeded(now: start) == .none)
        #expect(machine.closed(now: start) == .finish)

        _ = machine.start()
        _ = machine.connected()
        _ = machine.handshakeSucceeded(now: start)
        #expect(machine.stop() == .close)
        #expect(machine.stop() == .none)
        #expect(machine.closed(now: start) == .finish)

        _ = machine.start()
        _ = machine.connectFailed()
        #expect(machine.stop() == .finish)
        #expect(machine.retryTimerFired() == .none)
    }

    @Test("ignores what comes too late or twice")
    mutating func strays() {
        #expect(machine.connected() == .none)
        #expect(machine.closed(now: start) == .none)
        #expect(machine.retryTimerFired() == .none)
        #expect(machine.start() == .connect)
        #expect(machine.start() == .none)
        #expect(machine.handshakeSucceeded(now: start) == .none)
        _ = machine.connectFailed()
        #expect(machine.connectFailed() == .none)
        #expect(machine.closed(now: start) == .none)
        #expect(machine.retryTimerFired() == .connect)
        #expect(machine.retryTimerFired() == .none)
    }

    private mutating func becomeReady(at time: NIODeadline) {
        #expect(machine.retryTimerFired() == .connect)
        #expect(machine.connected() == .handshake)
        #expect(machine.handshakeSucceeded(now: time) == .announceReady)
    }
}
