import NIOCore
import Synchronization

extension PubSub {
    /// The pattern of the route whose callback began last on an event loop; nil if there was none.
    func lastCallback(on eventLoop: any EventLoop) -> String? {
        let shard = loopShards.first { $0.eventLoop === eventLoop }
        guard let shard else { return nil }
        return callbackRoutes.pattern(Int(shard.transport.counters.lastRoute.load(ordering: .relaxed)))
    }
}
