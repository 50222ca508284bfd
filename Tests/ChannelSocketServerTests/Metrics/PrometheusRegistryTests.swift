import ChannelSocketServer
import CoreMetrics
import Testing

@Suite("Prometheus' text format")
struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry(help: ["plain": "What it\nmeans \\ is."])

    private func page() throws -> PrometheusPage { try PrometheusPage(registry.exposition()) }

    @Test("shows counters, gauges and recorders that do not aggregate")
    func plainValues() throws {
        Counter(label: "seen_total", factory: registry).increment(by: 3)
        FloatingPointCounter(label: "cpu_total", factory: registry).increment(by: 0.25)
        Meter(label: "level", factory: registry).set(2.5)
        Gauge(label: "gauge", factory: registry).record(-7)
        let page = try page()
        #expect(page["seen_total"] == 3)
        #expect(page["cpu_total"] == 0.25)
        #expect(page["level"] == 2.5)
        #expect(page["gauge"] == -7)
        #expect(page.types["seen_total"] == "counter")
        #expect(page.types["gauge"] == "gauge")
    }

    @Test("cumulates the buckets of a timer, in seconds")
    func histogram() throws {
        let timer = CoreMetrics.Timer(label: "took_seconds", factory: registry)
        for nanoseconds in [50_000, 1_000_000, 3_000_000, 60_000_000_000] as [Int64] {
            timer.recordNanoseconds(nanoseconds)
        }
        let page = try page()
        #expect(page.types["took_seconds"] == "histogram")
        #expect(page["took_seconds_bucket", ["le": "0.0001"]] == 1)
        #expect(page["took_seconds_bucket", ["le": "0.001"]] == 2, "a bound belongs to its bucket")
        #expect(page["took_seconds_bucket", ["le": "0.005"]] == 3)
        #expect(page["took_seconds_bucket", ["le": "10"]] == 3)
        #expect(page["took_seconds_bucket", ["le": "+Inf"]] == 4)
        #expect(page["took_seconds_count"] == 4)
        #expect(page["took_seconds_sum"] == 60.00405)
    }

    @Test("escapes labels and help, and makes names valid")
    func escaping() throws {
        Counter(label: "a-b.c_total", dimensions: [("who-is", "a \"b\"\nc\\d")], factory: registry).increment()
        Counter(label: "1st_total", factory: registry).increment()
        Meter(label: "plain", factory: registry).set(1)
        Meter(label: "odd", dimensions: [("v", "nan")], factory: registry).set(Double.nan)
        Meter(label: "odd", dimensions: [("v", "inf")], factory: registry).set(-Double.infinity)
        let page = try page()
        #expect(page["a_b_c_total", ["who_is": "a \"b\"\nc\\d"]] == 1)
        #expect(page["_1st_total"] == 1)
        #expect(page["odd", ["v": "nan"]]?.isNaN == true)
        #expect(page["odd", ["v": "inf"]] == -.infinity)
        #expect(registry.exposition().contains("# HELP plain What it\\nmeans \\\\ is.\n"))
    }

    @Test("adds up what has the same name and labels, whatever their order")
    func sameSeries() throws {
        Counter(label: "n_total", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment(by: 2)
        Counter(label: "n_total", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment(by: 3)
        #expect(try page()["n_total", ["a": "1", "b": "2"]] == 5)
    }

    @Test("forgets what was destroyed")
    func destroyed() throws {
        let counter = Counter(label: "gone_total", factory: registry)
        counter.increment()
        counter.destroy()
        #expect(!registry.names.contains("gone_total"))
    }

    @Test("refuses a second kind under one name, and more series than allowed, and counts that")
    func refusals() throws {
        let registry = PrometheusRegistry(maxSeries: 2)
        Counter(label: "n_total", factory: registry).increment()
        Meter(label: "n_total", factory: registry).set(9)
        Meter(label: "second", factory: registry).set(1)
        Meter(label: "third", factory: registry).set(1)
        let page = try PrometheusPage(registry.exposition())
        #expect(page["n_total"] == 1)
        #expect(page["second"] == 1)
        #expect(page["third"] == nil)
        #expect(page["channelsocket_metrics_refused_total"] == 2)
    }
}
