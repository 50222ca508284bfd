#if os(Linux)
import ChannelSocketTesting
import Foundation
import NIOCore
import Testing

@testable import ChannelSocketBench

@Suite("What a process has used")
struct ProcessUsageTests {
    @Test("grows while it works")
    func growth() throws {
        let own = ProcessInfo.processInfo.processIdentifier
        let before = try #require(ProcessUsage.of([own]))
        var sum = 0
        for number in 0..<1_000_000 { sum &+= number * number }
        let after = try #require(ProcessUsage.of([own, own]))
        #expect(sum != 0)
        #expect(after.cpu > before.cpu * 2)
        #expect(try #require(ProcessUsage.memory(of: [own])) > 1_000_000)
    }

    @Test("is counted against the cores that a process is not kept from")
    func cores() {
        #expect(ProcessUsage.allowedCores(inStatus: "Name:\tx\nCpus_allowed:\t2\nCpus_allowed_list:\t1\n") == 1)
        #expect(ProcessUsage.allowedCores(inStatus: "Cpus_allowed:\tff,ffffffff\n") == 40)
        #expect(ProcessUsage.allowedCores(inStatus: "Name:\tx\n") == nil)
        #expect((1...System.coreCount).contains(ProcessUsage.usableCores))
    }

    @Test("is unknown of no process, and of one that has ended")
    func unknown() async throws {
        let ended = try ChildProcess(executable: URL(fileURLWithPath: "/bin/true"))
        try await ended.waitForExit()
        #expect(ProcessUsage.of([]) == nil)
        #expect(ProcessUsage.memory(of: []) == nil)
        #expect(ProcessUsage.of([ended.processIdentifier]) == nil)
        #expect(ProcessUsage.memory(of: [ended.processIdentifier]) == nil)
    }
}
#endif
