import Foundation
import Testing

@testable import ChannelSocketServer

@Suite("Memory is given back")
struct HeapTrimTests {
    private static let mebibyte = 1 << 20
    private static let hasSanitizer = ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains {
        ProcessInfo.processInfo.environment[$0] != nil
    }

    @Test("when a quarter of what was in use has been freed, and again when another one has")
    func quarters() {
        var decision = HeapTrim.Decision()
        let verdicts = [100, 400, 301, 300, 300, 226, 225, 900, 700, 675].map {
            decision.isDue(used: $0 * Self.mebibyte)
        }
        #expect(verdicts == [false, false, false, true, false, false, true, false, false, true])
    }

    @Test("but not for a few megabytes")
    func little() {
        var decision = HeapTrim.Decision()
        let verdicts = [20, 13, 12].map { decision.isDue(used: $0 * Self.mebibyte) }
        #expect(verdicts == [false, false, true])
    }

    #if canImport(Glibc)
    @Test(
        "of which the C library tells how much is in use",
        .disabled(if: Self.hasSanitizer, "sanitizers have heaps of their own")
    )
    func used() {
        let before = HeapTrim.used
        let pieces = (0..<10_000).map { _ in [UInt8](repeating: 1, count: 1024) }
        let growth = HeapTrim.used - before
        // Other tests are running.
        #expect(withExtendedLifetime(pieces) { growth } > 8 * Self.mebibyte)
    }
    #endif
}
