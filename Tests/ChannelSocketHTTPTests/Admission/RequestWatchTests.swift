import ChannelSocket
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import ChannelSocketHTTP

@Suite("A connection of the application", .timeLimit(.minutes(1)))
struct RequestWatchTests {
    private let statistics = NodeStatistics()
    private let admission: Admission
    private let channel = EmbeddedChannel()

    init() throws {
        var limits = ConnectionLimits()
        limits.maxOthers = 1
        admission = Admission(limits: limits, statistics: statistics)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let ticket = try #require(admission.admit(channel, nil).ticket)
        try channel.pipeline.syncOperations.addHandler(RequestWatch(admission: admission, ticket: ticket))
    }

    private func request(_ parts: HTTPServerRequestPart...) throws {
        for part in parts { try channel.writeInbound(part) }
    }

    private let head = HTTPServerRequestPart.head(.init(version: .http1_1, method: .POST, uri: "/"))

    @Test("makes room while its client has not sent all of its request")
    func unfinishedRequest() throws {
        try request(head, .body(ByteBuffer(string: "for ever")))
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == nil)
        #expect(!channel.isActive)
        #expect(statistics[.displacedHandshakes] == 1)
    }

    @Test("makes no room while it is served, and does so again when all requests are answered")
    func served() throws {
        try request(head, .end(nil), head, .end(nil))
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == .tooMany)
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == .tooMany)
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == nil)
        #expect(!channel.isActive)
        #expect(statistics[.displacedConnections] == 1)
    }

    @Test("makes room when it was answered before the end of its request, until that comes")
    func answeredEarly() throws {
        try request(head)
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        try request(.end(nil), head, .end(nil))
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == .tooMany)
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        #expect(admission.admit(EmbeddedChannel(), nil).refusal == nil)
        #expect(!channel.isActive)
    }
}
