import Testing

@testable import ChannelSocketServer

@Suite("File descriptor limit")
struct FileDescriptorLimitTests {
    @Test("is raised as far as the process may")
    func raising() throws {
        let limit = try #require(FileDescriptorLimit.raise())
        #expect(limit.soft == limit.hard)
    }
}
