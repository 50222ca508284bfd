/// A SUBSCRIBE or UNSUBSCRIBE on its way.
struct SubscriptionCommand {
    /// The command's name.
    enum Kind: String {
        case subscribe = "SUBSCRIBE"
        case unsubscribe = "UNSUBSCRIBE"

        /// What Redis calls the answer.
        var event: StaticString {
            switch self {
            case .subscribe: "subscribe"
            case .unsubscribe: "unsubscribe"
            }
        }
    }

    let kind: Kind
    let topics: [String]
    /// How many of the topics have been answered.
    var answered = 0
}
