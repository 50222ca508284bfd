import ChannelSocket
import NIOCore
import NIOEmbedded
import Testing

@testable import ChannelSocketHTTP

@Suite("Accept limiter", .timeLimit(.minutes(2)))
struct AcceptLimiterTests {
    @Test("serves a herd of clients a little later, and refuses none")
    func herd() async throws {
        let statistics = NodeStatistics()
        var limits = ConnectionLimits()
        limits.acceptsPerSecond = 20
        limits.acceptBurst = 5
        let configuration = MountedHTTPChannel.Configuration(connections: limits)
        try await withServer(configuration: configuration, statistics: statistics) { port, _ in
            let begin = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<40 {
                    tasks.addTask {
                        try await RawClient.connect(port) { client in try await client.upgrade() }
                    }
                }
                try await tasks.waitForAll()
            }
            // At the least: 35 beyond the burst, less those accepted before the limiter was in place. A slow machine
            // only makes it more.
            #expect(ContinuousClock.now - begin > .milliseconds(500))
            #expect(statistics[.acceptPauses] > 0)
            #expect(statistics[.connectionsOverLimit] == 0)
        }
    }

    @Test("has others wait while new connections have the time to send their request")
    func grace() throws {
        final class Reads: ChannelOutboundHandler {
            typealias OutboundIn = Never
            var count = 0
            func read(context: ChannelHandlerContext) { count += 1 }
        }
        let statistics = NodeStatistics()
        var limits = ConnectionLimits()
        limits.maxOthers = 8
        let admission = Admission(limits: limits, statistics: statistics)
        let listener = EmbeddedChannel()
        let reads = Reads()
        try listener.pipeline.syncOperations.addHandlers(reads, AcceptLimiter(admission, statistics: statistics))
        let loop = listener.embeddedEventLoop
        var tickets: [Admission.Ticket] = []
        for number in 1...7 {
            listener.read()
            #expect(reads.count == number)
            tickets.append(try #require(admission.admit(EmbeddedChannel(), nil, at: loop.now).ticket))
        }
        listener.read()
        loop.advanceTime(by: .milliseconds(499))
        #expect(reads.count == 7)
        #expect(statistics[.acceptPauses] > 0)
        loop.advanceTime(by: .milliseconds(1))
        #expect(reads.count == 8)
        // The eighth is there, and one of the others has said what it wants.
        tickets.append(try #require(admission.admit(EmbeddedChannel(), nil, at: loop.now).ticket))
        admission.requestCame(tickets[0])
        listener.read()
        #expect(reads.count == 9)
        for ticket in tickets[..<7] { admission.leave(ticket) }
        listener.read()
        #expect(reads.count == 10)
    }
}
