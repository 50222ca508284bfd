import Testing

@testable import ChannelSocketServer

@Suite("traceparent")
struct TraceParentTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    @Test("is read and written as W3C says")
    func valid() throws {
        let header = "00-\(Self.trace)-\(Self.span)-01"
        let parent = try #require(TraceParent(header: header))
        #expect(parent.traceID == Self.trace)
        #expect(parent.spanID == Self.span)
        #expect(parent.isSampled)
        #expect(parent.header == header)
        #expect(TraceParent(header: "00-\(Self.trace)-\(Self.span)-00")?.isSampled == false)
        #expect(TraceParent(header: "cc-\(Self.trace)-\(Self.span)-01-more")?.isSampled == true, "a later version")
    }

    @Test(
        "is ignored when malformed",
        arguments: [
            "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-01-more", "ff-\(trace)-\(span)-01",
            "00-\(String(repeating: "0", count: 32))-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span)-1", "00-\(trace)-\(span)-zz",
            "00-\(trace)é-\(span)-01",
        ]
    )
    func malformed(header: String) {
        #expect(TraceParent(header: header) == nil)
    }

    @Test("identities have the right length and are not all 0")
    func identities() {
        for digits in [16, 32] {
            for _ in 0..<1000 {
                let id = TraceParent.randomID(digits: digits)
                #expect(id.utf8.count == digits)
                #expect(id.contains { $0 != "0" })
            }
        }
    }
}
