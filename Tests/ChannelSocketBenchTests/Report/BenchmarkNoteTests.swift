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

    @Test("are none where there is nothing to say")
    func nothing() {
        for scenario in [BenchmarkPlan.Scenario.connect, .fanout, .echo] {
            let report = SampleReport.make(scenario)
            #expect(report.notes.isEmpty)
            #expect(!report.table.contains("note"))
        }
    }
}
