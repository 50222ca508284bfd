import NIOCore
import NIOEmbedded
import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("The wheel of seconds")
struct SecondsWheelTests {
    private final class Element: SecondsWheelElement {
        var wheelSlot: Int32 = -1
        var wheelIndex: Int32 = 0
        /// The second in which it was put in for, nil if it does not wait.
        var due: UInt32?
    }

    @Test("gives each element back in its second, whatever is put in and taken out in between")
    func order() {
        var generator = SplitMix64(seed: 11)
        var wheel = SecondsWheel<Element>()
        let elements = (0..<300).map { _ in Element() }
        for _ in 0..<400 {
            for element in elements where Int.random(in: 0..<10, using: &generator) == 0 {
                wheel.remove(element)
                element.due = nil
                guard Bool.random(using: &generator) else { continue }
                let due = wheel.now + UInt32.random(in: 1..<SecondsWheel<Element>.slotCount, using: &generator)
                wheel.insert(element, at: due)
                element.due = due
            }
            let waiting = elements.filter { $0.due != nil }
            #expect(wheel.count == waiting.count)
            let now = wheel.now + UInt32.random(in: 0..<4, using: &generator)
            let expected = waiting.filter { $0.due ?? 0 <= now }
            let due = wheel.advance(to: now)
            #expect(Set(due.map(ObjectIdentifier.init)) == Set(expected.map(ObjectIdentifier.init)))
            for element in due { element.due = nil }
        }
    }

    @Test("gives back early what is due later than it has seconds, and everything after a long pause")
    func far() {
        var wheel = SecondsWheel<Element>()
        let (near, far, past) = (Element(), Element(), Element())
        wheel.insert(near, at: 10)
        wheel.insert(far, at: 1_000_000)
        wheel.insert(past, at: 0)
        #expect(wheel.advance(to: 1).map(ObjectIdentifier.init) == [ObjectIdentifier(past)])
        #expect(wheel.advance(to: 500).count == 2)
        #expect(wheel.count == 0)
        #expect(wheel.now == 500)
        wheel.remove(near)
        #expect(wheel.advance(to: 600).isEmpty)
    }
}

@Suite("What idle connections cost", .timeLimit(.minutes(1)))
struct IdleConnectionTests {
    @Test("a look each about once in the idle timeout, not every second")
    func looks() async throws {
        var configuration = Endpoint.Configuration()
        configuration.webSocket.idleTimeout = .seconds(60)
        let node = EmbeddedNode(configuration: configuration) { Route("test:*", PlainTestChannel.self) }
        let transport = node.pubSub.shard(for: node.loop).transport
        var clients: [EmbeddedClient] = []
        for _ in 0..<200 { clients.append(try await node.connect()) }
        var looks = 0
        // Heartbeats every 30 s, as phoenix.js sends them. The loop's own timer runs too, and finds nothing left.
        for second in 1...300 as ClosedRange<Int64> {
            looks += transport.lookAtDue(now: node.loop.now + .seconds(1))
            node.loop.advanceTime(by: .seconds(1))
            guard second % 30 == 0 else { continue }
            for client in clients { try client.send(#"[null,"1","phoenix","heartbeat",{}]"#) }
        }
        #expect(node.pubSub.statistics.connections == 200)
        // 200 connections, 300 seconds: 60,000 if each was looked at every second.
        #expect(looks >= 200 * 300 / 60 && looks <= 200 * 300 / 30, "\(looks)")
    }

    @Test("are closed when nothing was received for the timeout, and not before")
    func idleTimeout() async throws {
        var configuration = Endpoint.Configuration()
        configuration.webSocket.idleTimeout = .seconds(100)
        let node = EmbeddedNode(configuration: configuration) { Route("test:*", PlainTestChannel.self) }
        let (silent, talking) = (try await node.connect(), try await node.connect())
        node.loop.advanceTime(by: .seconds(50))
        try talking.send(#"[null,"1","phoenix","heartbeat",{}]"#)
        node.loop.advanceTime(by: .milliseconds(49_900))
        #expect(try silent.frames().isEmpty)
        node.loop.advanceTime(by: .milliseconds(200))
        #expect(try silent.frames().count == 1)
        #expect(try talking.frames().count == 1)
        #expect(node.pubSub.statistics[.idleTimeouts] == 1)
        node.loop.advanceTime(by: .milliseconds(49_800))
        #expect(try talking.frames().isEmpty)
        node.loop.advanceTime(by: .seconds(1))
        #expect(try talking.frames().count == 1)
        #expect(node.pubSub.statistics[.idleTimeouts] == 2)
    }
}
