import ChannelSocket
import ChannelSocketTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MemoryPresenceConformanceTests {
    @Test("presence in memory conforms", arguments: PresenceStoreConformance.Check.allCases)
    func conforms(_ check: PresenceStoreConformance.Check) async throws {
        let shared = MemoryPresenceStore.Shared()
        try await PresenceStoreConformance { _ in .init(store: MemoryPresenceStore(sharing: shared)) }.run(check)
    }
}
