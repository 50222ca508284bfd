public import NIOCore

/// Runs commands on the publisher connections of an adapter, pipelined with what is published.
public struct RedisCommandClient: Sendable {
    private let shard: @Sendable (String) -> RedisShard

    init(shard: @escaping @Sendable (String) -> RedisShard) {
        self.shard = shard
    }

    /// Sends a command.
    ///
    /// Commands and broadcasts of one topic go out in the order of calls. A command must not block in Redis.
    ///
    /// - Parameters:
    ///   - arguments: the command's name and its arguments.
    ///   - topic: the topic it concerns, which decides about the connection.
    /// - Returns: the reply; fails with `PubSubError`: `rejected` with Redis' message, which begins with its code
    ///   such as `NOSCRIPT`, `disconnected` and `overloaded` when it was not sent, `unconfirmed` and `timeout` when
    ///   it may or may not have been carried out.
    public func send(_ arguments: [RedisArgument], topic: String = "") -> EventLoopFuture<RESPValue> {
        shard(topic).send(arguments)
    }
}
