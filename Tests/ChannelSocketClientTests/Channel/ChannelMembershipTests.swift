import Testing

@testable import ChannelSocketClient

@Suite("A channel's membership")
struct ChannelMembershipTests {
    private func joined() -> ChannelMembership {
        var membership = ChannelMembership()
        _ = membership.begin(ref: "1")
        _ = membership.accepted(ref: "1")
        return membership
    }

    @Test("sends one join at a time")
    func begin() {
        var membership = ChannelMembership()
        #expect(membership.begin(ref: "1") == true)
        #expect(membership.begin(ref: "2") == false)
        #expect(membership.accepted(ref: "1") == true)
        #expect(membership.begin(ref: "3") == false)
        #expect(membership.joinRef == "1")
    }

    @Test("gives up when the first join fails")
    func firstFails() {
        var membership = ChannelMembership()
        _ = membership.begin(ref: "1")
        #expect(membership.failed(ref: "1") == .gaveUp)
        #expect(membership.state == .closed)
        #expect(membership.begin(ref: "2") == false)
    }

    @Test("tries again, and counts, once it has been joined")
    func retries() {
        var membership = joined()
        #expect(membership.crashed(ref: "1") == .retry(failures: 0))
        #expect(membership.begin(ref: "2") == true)
        #expect(membership.failed(ref: "2") == .retry(failures: 1))
        #expect(membership.begin(ref: "3") == true)
        #expect(membership.accepted(ref: "3") == true)
        #expect(membership.crashed(ref: "3") == .retry(failures: 0))
    }

    @Test("ignores answers to former joins")
    func stale() {
        var membership = joined()
        #expect(membership.crashed(ref: "0") == .ignored)
        #expect(membership.failed(ref: "1") == .ignored)
        _ = membership.disconnected()
        #expect(membership.begin(ref: "2") == true)
        #expect(membership.accepted(ref: "1") == false)
        #expect(membership.state == .joining("2"))
    }

    @Test("waits for a connection when the old one is lost, whatever it was doing")
    func disconnected() {
        var joined = joined()
        #expect(joined.disconnected() == true)
        #expect(joined.state == .waiting)
        var joining = ChannelMembership()
        _ = joining.begin(ref: "1")
        #expect(joining.disconnected() == false)
        #expect(joining.begin(ref: "2") == true)
        joining.close()
        #expect(joining.disconnected() == false)
        #expect(joining.state == .closed)
    }
}
