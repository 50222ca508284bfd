import ChannelSocket
import NIOCore
import NIOEmbedded
import Testing

@testable import ChannelSocketHTTP

@Suite("A connection of the application", .timeLimit(.minutes(1)))
struct RequestAccountTests {
    private let statistics = NodeStatistics()
    private let admission: Admission
    private let channel = EmbeddedChannel()
    private var account: RequestAccount

    init() throws {
        var limits = ConnectionLimits()
        limits.maxOthers = 1
        admission = Admission(limits: limits, statistics: statistics)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let ticket = try #require(admission.admit(channel, nil).ticket)
        account = RequestAccount(admission: admission, ticket: ticket)
    }

    @Test("makes room while its client has not sent all of its request")
    func unfinishedRequest() throws {
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == nil)
        #expect(!channel.isActive)
        #expect(statistics[.displacedHandshakes] == 1)
    }

    @Test("makes no room while it is served, and does so again when all requests are answered")
    mutating func served() throws {
        account.requestEnded()
        account.requestEnded()
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == .tooMany)
        account.answerEnded(on: channel)
        #expect(!account.isSettled)
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == .tooMany)
        account.answerEnded(on: channel)
        #expect(account.isSettled)
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == nil)
        #expect(!channel.isActive)
        #expect(statistics[.displacedConnections] == 1)
    }

    @Test("makes room while its client does not read, whatever else it asks for")
    mutating func unread() throws {
        account.requestEnded()
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == .tooMany)
        channel.isWritable = false
        account.writabilityChanged(on: channel)
        channel.isWritable = true
        account.writabilityChanged(on: channel)
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == .tooMany)
        channel.isWritable = false
        account.writabilityChanged(on: channel)
        account.requestEnded()
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == nil)
        #expect(!channel.isActive)
        #expect(statistics[.displacedConnections] == 1)
    }

    @Test("makes room when it was answered before the end of its request, until that comes")
    mutating func answeredEarly() throws {
        account.answerEnded(on: channel)
        account.requestEnded()
        account.requestEnded()
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == .tooMany)
        account.answerEnded(on: channel)
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == nil)
        #expect(!channel.isActive)
    }

    @Test("makes no room while its first request may be on its way")
    mutating func young() throws {
        let now = NIODeadline.now()
        #expect(try #require(admission.acceptDelay(at: now)) <= .milliseconds(10))
        #expect(admission.acceptDelay(at: now + .milliseconds(510)) == nil)
        account.requestEnded()
        #expect(admission.acceptDelay(at: now) == nil)
        account.answerEnded(on: channel)
        #expect(admission.acceptDelay(at: now) == nil)
    }
}
