import ChannelSocketClient
import NIOCore
import NIOEmbedded
import Testing

@testable import ChannelSocketBench

@Suite("Messages that nobody asked for")
struct UnaskedTests {
    @Test("are counted while it is measured", arguments: [BenchmarkPlan.Scenario.echo, .fanout])
    func counting(scenario: BenchmarkPlan.Scenario) throws {
        let loop = EmbeddedEventLoop()
        let plan = BenchmarkPlan(scenario, urls: [try PhoenixURL("ws://127.0.0.1:1")])
        let load = LoadLoop(index: 0, plan: plan, eventLoop: loop)
        let joined = loop.makePromise(of: Void.self)
        let client = BenchClient(number: 0, load: load, joined: joined)
        joined.succeed()
        load.start(window: 10..<20, from: 0) { _ in }
        func receive(_ text: String) {
            Array(text.utf8).withUnsafeBytes { load.traffic.receive($0, by: client, at: 15) }
        }

        receive(#"[null,null,"room:0","too_early",{}]"#)
        loop.advanceTime(by: .nanoseconds(12))
        receive(#"["1","hb","phoenix","phx_reply",{"status":"ok","response":{}}]"#)
        #expect(load.tally.unasked == Unasked())
        receive(#"[null,null,"room:7","shout",{}]"#)
        receive(#"[null,null,"room:0","presence_diff",{"joins":{},"leaves":{}}]"#)
        loop.advanceTime(by: .nanoseconds(12))
        receive(#"[null,null,"room:0","too_late",{}]"#)
        #expect(load.tally.unasked == Unasked(count: 2, first: "shout of room:7"))
        #expect(load.tally.faults == Faults())
    }
}
