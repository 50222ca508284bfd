/// An error that Redis answered; its first word says of what kind it is.
struct RedisErrorMessage: Equatable, Sendable {
    /// What Redis said.
    let text: String

    init(_ text: String) {
        self.text = text
    }

    /// The kind, such as `MISCONF`; `ERR` for what has no kind of its own.
    var code: Substring { text.prefix { $0 != " " } }

    /// Whether Redis wants nothing to do with this connection: whoever sent the command and whatever it was.
    ///
    /// Any other answer proves that somebody is there who takes commands. PING itself is refused while Redis can't save
    /// to disk (MISCONF), loads its data (LOADING) or has lost its master (MASTERDOWN), and pub/sub works all the while.
    var refusesConnection: Bool {
        switch code {
        case "NOAUTH", "WRONGPASS", "DENIED": true
        default: text.hasPrefix("ERR max number of clients")
        }
    }

    /// Whether it comes from a replica: the address may lead to another master by now.
    ///
    /// Before Redis 7 the error of a script has the one of its command in it.
    var isOfReplica: Bool { code == "MASTERDOWN" || text.contains("READONLY ") }
}
