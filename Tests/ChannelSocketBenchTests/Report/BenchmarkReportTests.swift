import ChannelSocketTesting
import Testing

@testable import ChannelSocketBench

@Suite("A benchmark's report")
struct BenchmarkReportTests {
    /// What the table has behind a name.
    private static func row(_ name: String, of report: BenchmarkReport) -> String? {
        let rows = report.table.split(separator: "\n").filter { $0.hasPrefix("\(name)  ") }
        return rows.count == 1 ? rows[0].dropFirst(name.count).drop { $0 == " " }.description : nil
    }

    @Test("shows the percentiles of each latency in order, in microseconds")
    func table() {
        let report = SampleReport.make(.fanout)
        #expect(Self.row("latency", of: report) == "p50 1.50, p90 22.3, p99 333, p99.9 4444, max 55555 us")
        let crossed = Self.row("latency between nodes", of: report)
        #expect(crossed == "p50 2.50, p90 32.3, p99 433, p99.9 5444, max 65555 us")
        let lag = Self.row("generator's own delay", of: report)
        #expect(lag == "p50 0.50, p90 0.60, p99 0.70, p99.9 0.80, max 0.90 us")
        let connect = Self.row("connect + join", of: SampleReport.make(.connect))
        #expect(connect == "10.0/s, p50 1500, p90 1600, p99 1700, p99.9 1800, max 1900 us")
    }

    @Test("calls what comes back deliveries or replies, and says of how many clients and topics")
    func scenarios() {
        #expect(Self.row("deliveries", of: SampleReport.make(.fanout)) == "500/s, 1000 in 2.00 s")
        #expect(Self.row("replies", of: SampleReport.make(.echo)) == "500/s, 1000 in 2.00 s")
        #expect(Self.row("messages sent", of: SampleReport.make(.echo)) == "500/s")
        #expect(Self.row("latency", of: SampleReport.make(.connect)) == nil)
        let echo = Self.row("scenario", of: SampleReport.make(.echo, topics: 1))
        #expect(echo?.hasPrefix("echo, 10 clients, 1 topic, 128-byte payloads") == true)
    }

    @Test("has the percentiles in JSON, in microseconds")
    func json() throws {
        let json = try JSONValue(parsing: try SampleReport.make(.fanout).json())
        let latency = json["traffic"]?["latency"]
        #expect(latency == ["count": 1000, "p50": 1.5, "p90": 22.3, "p99": 333, "p999": 4444, "max": 55_555])
        #expect(json["traffic"]?["crossLatency"]?["p999"] == 5444)
        #expect(json["traffic"]?["sendLag"]?["p50"] == 0.5)
        #expect(json["connect"]?["latency"]?["p999"] == 1800)
        #expect(try !SampleReport.make(.connect).json().contains("traffic"))
    }
}
