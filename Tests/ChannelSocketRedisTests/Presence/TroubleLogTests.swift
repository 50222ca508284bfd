import Testing

@testable import ChannelSocketRedis

@Suite("Log of trouble") struct TroubleLogTests {
    @Test("logs each trouble once, and when there is none any more")
    func once() {
        var log = TroubleLog()
        #expect(log.note(nil, isLoggedElsewhere: false) == nil)
        #expect(log.note("full", isLoggedElsewhere: false) == .began("full"))
        #expect(log.note("full", isLoggedElsewhere: false) == nil)
        #expect(log.note("read-only", isLoggedElsewhere: false) == .began("read-only"))
        #expect(log.current == "read-only")
        #expect(log.note(nil, isLoggedElsewhere: false) == .ended)
        #expect(log.note(nil, isLoggedElsewhere: false) == nil)
        #expect(log.current == nil)
    }

    @Test("logs what stays when who has logged it is silent again")
    func elsewhere() {
        var log = TroubleLog()
        #expect(log.note("away", isLoggedElsewhere: true) == nil)
        #expect(log.current == "away")
        #expect(log.note("away", isLoggedElsewhere: false) == .began("away"))
        #expect(log.note("away", isLoggedElsewhere: true) == nil)
        #expect(log.note(nil, isLoggedElsewhere: false) == .ended)
    }

    @Test("ends nothing that it did not begin")
    func unlogged() {
        var log = TroubleLog()
        #expect(log.note("away", isLoggedElsewhere: true) == nil)
        #expect(log.note(nil, isLoggedElsewhere: false) == nil)
    }
}
