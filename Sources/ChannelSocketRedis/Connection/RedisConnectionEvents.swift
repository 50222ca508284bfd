import ChannelSocket
import NIOCore

/// What happens on the connections of a shard.
///
/// All calls come on the shard's event loop.
protocol RedisConnectionEvents: AnyObject {
    /// The link can be used.
    func linkReady(_ link: RedisLink)
    /// The link, which was ready, is lost; it reconnects by itself.
    func linkLost(_ link: RedisLink, because reason: RedisCloseReason)
    /// An attempt to connect failed; the link goes on trying.
    func linkFailed(_ link: RedisLink, because reason: RedisCloseReason, failures: Int, retryingIn delay: TimeAmount)
    /// The link has ended after it was stopped.
    func linkFinished(_ link: RedisLink)

    /// A message was published to a channel; both arguments are valid during the call only.
    func received(channel: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer)
    /// Redis has carried out a subscription for one topic.
    func subscriptionDone(_ kind: SubscriptionCommand.Kind, topic: String)
    /// Redis has refused a SUBSCRIBE or UNSUBSCRIBE as a whole.
    func subscriptionRefused(_ command: SubscriptionCommand, message: String)
    /// Redis has published a probe.
    func probePublished()
    /// Redis has refused to publish a probe.
    func probeRefused(message: String)
    /// Redis has refused a command because it is a replica: it takes no writes, or has lost its master.
    func redisIsReadOnly()
    /// A publish has succeeded (nil) or failed.
    func publishAnswered(failed: PubSubError.Code?)
    /// All that one read brought has been handled; so many counted commands and bytes are no longer pending.
    func readCompleted(answeredCommands: Int, answeredBytes: Int)
}
