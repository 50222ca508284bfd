import ChannelSocketClient
import Testing

@Suite("A retry schedule")
struct RetryScheduleTests {
    @Test("grows to its last delay and spreads each by half")
    func delays() {
        let schedule = RetrySchedule(delays: [.milliseconds(10), .milliseconds(50)], last: .seconds(1))
        #expect(schedule.delay(before: 0, chance: 0.5) == .milliseconds(10))
        #expect(schedule.delay(before: 1, chance: 0) == .milliseconds(25))
        #expect(schedule.delay(before: 1, chance: 1) == .milliseconds(75))
        #expect(schedule.delay(before: 2, chance: 0.5) == .seconds(1))
        #expect(schedule.delay(before: 1_000_000, chance: 0.5) == .seconds(1))
    }
}
