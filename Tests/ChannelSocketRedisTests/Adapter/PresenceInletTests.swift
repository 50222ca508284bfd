import ChannelSocket
import Synchronization
import Testing

@testable import ChannelSocketRedis

@Suite("Presence inlet", .timeLimit(.minutes(1)))
struct PresenceInletTests {
    private static let message = Array(
        (PresenceInlet.messagePrefix
            + #"[null,null,"room:lobby","presence_diff",{"e":"a","v":1,"joins":[],"leaves":[]}]"#).utf8
    )

    /// Where the handler was called on the stack, and what with.
    private final class Calls: Sendable {
        let depths = Mutex<[UInt]>([])
        let versions = Mutex<[PresenceVersion]>([])
    }

    @Test("hands diffs on, the thousandth at no more cost than the first")
    func handsOn() throws {
        let calls = Calls()
        let inlet = PresenceInlet()
        inlet.setHandler { topic, diff in
            var local = 0
            withUnsafePointer(to: &local) { here in calls.depths.withLock { $0.append(UInt(bitPattern: here)) } }
            if topic == "room:lobby" { calls.versions.withLock { $0.append(diff.version) } }
        }
        for _ in 0..<1000 {
            try Self.message.withUnsafeBytes { try inlet.received($0, topic: "room:lobby") }
        }
        let (depths, versions) = (calls.depths.withLock { $0 }, calls.versions.withLock { $0 })
        #expect(versions == [PresenceVersion](repeating: PresenceVersion(epoch: "a", number: 1), count: 1000))
        #expect(depths.first == depths.last)
    }

    @Test("ignores diffs before there is a handler")
    func ignores() throws {
        try Self.message.withUnsafeBytes { try PresenceInlet().received($0, topic: "room:lobby") }
    }
}
