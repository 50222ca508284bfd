import ChannelSocketClient
import NIOCore
import NIOEmbedded
import Testing

@testable import ChannelSocketBench

@Suite("The traffic of a fan-out")
struct FanoutTrafficTests {
    @Test("goes on when members receive whose loop has not started yet")
    func lateStart() throws {
        let eventLoop = EmbeddedEventLoop()
        var plan = BenchmarkPlan(.fanout, urls: [try PhoenixURL("ws://127.0.0.1:1")])
        plan.clients = 2
        plan.threads = 2
        plan.load = .inFlight(1)
        let loads = (0..<2).map { LoadLoop(index: $0, plan: plan, eventLoop: eventLoop) }
        let clients = try loads.map { load in
            let joined = eventLoop.makePromise(of: Void.self)
            joined.succeed()
            let client = BenchClient(number: load.index, load: load, joined: joined)
            try load.add(client)
            return client
        }
        for load in loads { load.meet(loads.map(LoopHandle.init)) }
        loads[0].start(window: 10..<20, from: 0) { _ in }
        #expect(loads[0].tally.sent == 1)

        let message = Array(#"[null,null,"room:0","new_msg",{"seq":0,"pub":0,"ts":5,"body":"x"}]"#.utf8)
        for (load, client) in zip(loads, clients) {
            message.withUnsafeBytes { load.traffic.receive($0, by: client, at: 6) }
            load.traffic.receivedAll(by: client, at: 6)
        }
        eventLoop.run()
        #expect(loads[0].tally.sent == 2)
        // An embedded loop must not go away with tasks that are scheduled.
        eventLoop.advanceTime(by: .nanoseconds(20))
        for load in loads { load.shutDown() }
    }
}
