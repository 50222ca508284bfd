import ChannelSocket
import ChannelSocketTesting
import Hummingbird
import Logging
import NIOCore
import Testing
import Tracing

@testable import ChannelSocketServer

/// Spans on their way to a collector, which is a small HTTP server here.
@Suite("Traces to a collector", .timeLimit(.minutes(2)))
struct OTLPTracerTests {
    private let registry = PrometheusRegistry()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func tracer(_ endpoint: String, change: (inout TracingConfiguration) -> Void = { _ in }) -> OTLPTracer {
        var configuration = TracingConfiguration()
        configuration.endpoint = endpoint
        change(&configuration)
        return OTLPTracer(configuration, node: NodeID(), logger: logger, factory: registry)
    }

    /// Runs a collector that answers with a status, and hands on what it is sent.
    private func withCollector(
        status: HTTPResponse.Status = .ok, _ body: (_ url: String, _ requests: AsyncStream<String>) async throws -> Void
    ) async throws {
        let (requests, request) = AsyncStream.makeStream(of: String.self)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        router.post("/v1/traces") { incoming, _ in
            request.yield(String(buffer: try await incoming.body.collect(upTo: 1 << 22)))
            return status
        }
        var quiet = logger
        quiet.logLevel = .critical
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: quiet
        )
        try await withThrowingTaskGroup { group in
            group.addTask { try await application.run() }
            let number = try #require(await ports.first { _ in true })
            try await body("http://127.0.0.1:\(number)/v1/traces", requests)
            group.cancelAll()
        }
    }

    private func running(_ tracer: OTLPTracer, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await tracer.run() }
            try await body()
            group.cancelAll()
        }
    }

    @Test("are sent as OTLP's JSON, with parents, links, attributes and errors")
    func sent() async throws {
        struct Boom: Error {}
        try await withCollector { url, requests in
            let tracer = tracer(url)
            try await running(tracer) {
                let first = tracer.startSpan("first", context: .topLevel, ofKind: .server)
                first.attributes["http.response.status_code"] = 101
                first.attributes["channelsocket.topic"] = "room:\"lobby\""
                let second = tracer.startSpan("second", context: first.context, ofKind: .producer)
                second.addLink(SpanLink(context: first.context, attributes: [:]))
                second.recordError(Boom())
                second.setStatus(SpanStatus(code: .error, message: "failed"))
                second.end()
                first.end()
                first.end()

                let text = try #require(await requests.first { _ in true })
                let resource = try #require(try JSONValue(parsing: text)["resourceSpans"]?[0])
                #expect(resource["resource"]?["attributes"]?[1]?["key"] == "service.name")
                let spans = try #require(resource["scopeSpans"]?[0]?["spans"])
                #expect(spans[2] == nil, "a span ends once")
                #expect(spans[0]?["name"] == "second")
                #expect(spans[0]?["kind"] == 4)
                #expect(spans[0]?["parentSpanId"] == spans[1]?["spanId"])
                #expect(spans[0]?["traceId"] == spans[1]?["traceId"])
                #expect(spans[0]?["links"]?[0]?["spanId"] == spans[1]?["spanId"])
                #expect(spans[0]?["status"] == ["code": 2, "message": "failed"])
                #expect(spans[0]?["events"]?[0]?["name"] == "exception")
                #expect(spans[1]?["parentSpanId"] == nil)
                #expect(spans[1]?["attributes"]?[0]?["value"] == ["stringValue": "room:\"lobby\""])
                #expect(spans[1]?["attributes"]?[1]?["value"] == ["intValue": "101"])

                // The collector has them before its answer is here.
                let deadline = ContinuousClock.now + .seconds(30)
                while try PrometheusPage(registry.exposition())[OTLPTracer.metric, ["result": "sent"]] != 2 {
                    try #require(ContinuousClock.now < deadline, "the spans were not counted as sent")
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
        }
    }

    @Test("are lost and counted when the collector refuses them, or too many wait")
    func lost() async throws {
        try await withCollector(status: .serviceUnavailable) { url, requests in
            let tracer = tracer(url) { $0.maxPendingSpans = 2 }
            for _ in 0..<5 { tracer.startSpan("span", context: .topLevel, ofKind: .internal).end() }
            try await running(tracer) {
                _ = await requests.first { _ in true }
            }
        }
        let page = try PrometheusPage(registry.exposition())
        #expect(page[OTLPTracer.metric, ["result": "lost"]] == 5)
        #expect(page[OTLPTracer.metric, ["result": "sent"]] == 0)
    }

    @Test("are recorded as the client's header says, else by the configured share")
    func sampling() {
        let none = tracer("http://127.0.0.1:1/") { $0.sampleRatio = 0 }
        #expect(!none.startSpan("span", context: .topLevel, ofKind: .server).isRecording)
        var context = ServiceContext.topLevel
        none.extract(
            ["traceparent": "00-\(String(repeating: "a", count: 32))-\(String(repeating: "b", count: 16))-01"],
            into: &context, using: DictionaryExtractor())
        let span = none.startSpan("span", context: context, ofKind: .server)
        #expect(span.isRecording)
        #expect(span.context.traceParent?.traceID == String(repeating: "a", count: 32))
    }

    private struct DictionaryExtractor: Extractor {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    }
}
