import ChannelSocketTesting
import Testing

@testable import ChannelSocketBench

@Suite("The notes of a report")
struct BenchmarkNoteTests {
    @Test("say how many broadcasts came unasked, and what helps")
    func unasked() throws {
        let shared = SampleReport.make(.echo, topics: 1, unasked: Unasked(count: 10_000, first: "echo of room:0"))
        let note = try #require(shared.notes.first)
        #expect(note.kind == .unasked)
        #expect(note.text.hasPrefix("10000 broadcasts came unasked, 10.0 for each reply (echo of room:0): "))
        #expect(note.text.hasSuffix("; without --topics each client has a topic of its own"))
        #expect(shared.table.hasSuffix("\nnote: \(note.text)"))

        let own = SampleReport.make(.echo, unasked: Unasked(count: 1000, first: "echo of room:3"))
        #expect(own.table.contains("\nnote: 1000 broadcasts came unasked, 1.00 for each reply (echo of room:3): "))
        #expect(!own.table.contains("--topics"))
        let fanout = SampleReport.make(.fanout, unasked: Unasked(count: 20, first: "presence_diff of room:0"))
        #expect(fanout.table.contains("20 broadcasts came unasked, 0.02 for each delivery (presence_diff of room:0)"))
    }

    @Test(
        "say that the generator was the limit when its event loops had no more of their cores to use",
        arguments: [(0.95, 1, false), (0.96, 1, true), (0.96, 2, false), (1.89, 2, false), (1.91, 2, true)]
    )
    func generator(load: Double, cores: Int, isLimit: Bool) throws {
        let report = SampleReport.make(.fanout, generatorLoad: load, generatorCores: cores)
        let kinds = try JSONValue(parsing: try report.json())["notes"]?.arrayValue?.map { $0["kind"] }
        #expect(kinds == (isLimit ? ["generatorLimit"] : []))
        let beginning = "\nnote: the generator used \(load) of the \(cores == 1 ? "one core" : "2 cores") "
        #expect(report.table.contains(beginning) == isLimit)
    }

    @Test("are none where there is nothing to say")
    func nothing() {
        for scenario in [BenchmarkPlan.Scenario.connect, .fanout, .echo] {
            let report = SampleReport.make(scenario)
            #expect(report.notes.isEmpty)
            #expect(!report.table.contains("note"))
        }
    }
}
