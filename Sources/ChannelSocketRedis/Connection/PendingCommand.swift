import ChannelSocket
import NIOCore

/// A command that waits for its answer.
///
/// Redis answers in order, so a queue of these tells what an answer is for.
struct PendingCommand {
    /// What the answer is for.
    enum Completion {
        /// A step of the handshake.
        case handshake(HandshakeStep)
        /// A check whether anybody is there.
        case ping
        /// A check whether what is published comes back.
        case probe
        /// A broadcast.
        case publish(EventLoopPromise<Void>)
        /// Somebody's own command.
        case command(EventLoopPromise<RESPValue>)
        /// A change of subscriptions, answered once per topic.
        case subscription(SubscriptionCommand)

        /// Tells whoever waits that there will be no answer.
        func fail(_ error: PubSubError) {
            switch self {
            case .publish(let promise): promise.fail(error)
            case .command(let promise): promise.fail(error)
            case .handshake, .ping, .probe, .subscription: break
            }
        }
    }

    var completion: Completion
    /// The bytes it counts for in the limit of what may be pending; 0 if it does not count.
    var bytes = 0
    /// When the connection counts as dead if there is no answer; set when the command is written.
    var deadline = NIODeadline.distantFuture

    /// The name for logs.
    var name: String {
        switch completion {
        case .handshake(let step): step.name
        case .ping: "PING"
        case .probe, .publish: "PUBLISH"
        case .command: "a command"
        case .subscription(let command): command.kind.rawValue
        }
    }
}
