import Testing

@testable import ChannelSocketRedis

@Suite("Errors of Redis") struct RedisErrorMessageTests {
    @Test(
        "say that the connection is refused",
        arguments: [
            "NOAUTH Authentication required.", "WRONGPASS invalid username-password pair or user is disabled.",
            "DENIED Redis is running in protected mode because", "ERR max number of clients reached",
        ])
    func refusing(text: String) {
        #expect(RedisErrorMessage(text).refusesConnection)
    }

    @Test(
        "say that Redis lives, but not for everything",
        arguments: [
            "MISCONF Redis is configured to save RDB snapshots", "LOADING Redis is loading the dataset in memory",
            "MASTERDOWN Link with MASTER is down", "BUSY Redis is busy running a script.", "NOPERM no", "OOM no", "",
        ])
    func living(text: String) {
        #expect(!RedisErrorMessage(text).refusesConnection)
        let ping = HandshakeStep(name: "PING", arguments: [], tolerates: .trouble)
        #expect(!ping.fails(with: RedisErrorMessage(text)))
    }

    @Test("tell a replica, also within the error of a script")
    func replica() {
        #expect(RedisErrorMessage("READONLY You can't write against a read only replica.").isOfReplica)
        #expect(RedisErrorMessage("ERR Error running script: @user_script: 1: -READONLY You can't").isOfReplica)
        #expect(RedisErrorMessage("MASTERDOWN Link with MASTER is down").isOfReplica)
        #expect(!RedisErrorMessage("MISCONF Redis is configured").isOfReplica)
    }
}
