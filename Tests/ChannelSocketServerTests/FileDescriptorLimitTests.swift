import Testing

@testable import ChannelSocketServer

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("File descriptor limit")
struct FileDescriptorLimitTests {
    @Test("is raised as far as the process may")
    func raising() throws {
        var before = rlimit()
        try #require(getrlimit(FileDescriptorLimit.resource, &before) == 0)
        // The tests behind this one run in the same process.
        defer { _ = setrlimit(FileDescriptorLimit.resource, &before) }
        // Where the two limits are the same already there would be nothing to raise.
        var lowered = before
        lowered.rlim_cur = before.rlim_max / 2
        try #require(setrlimit(FileDescriptorLimit.resource, &lowered) == 0)
        try #require(FileDescriptorLimit.current()?.soft == UInt64(lowered.rlim_cur))

        let raised = FileDescriptorLimit(soft: UInt64(before.rlim_max), hard: UInt64(before.rlim_max))
        #expect(FileDescriptorLimit.raise() == raised)
        #expect(FileDescriptorLimit.current() == raised)
    }
}
