import ChannelSocket
import NIOCore

/// Accepts connections no faster than is good for those that are there already.
///
/// Lives in the pipeline of the listening socket. There `read` means to accept: withheld, connections wait in the
/// system's backlog in the order of their coming, and cost nothing. Clients see a connection that takes a little
/// longer. Were they refused, they would come back at times of their own and cost the work of refusing; who is served
/// first would be a matter of luck.
final class AcceptLimiter: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never

    /// How many connections one `read` accepts at most.
    ///
    /// With NIO's 4 a node that is busy accepts 4 each time that its event loop and its thread pool have gone round, and
    /// newcomers wait behind the clients that keep it busy.
    private static let maxAcceptsPerRead = 64

    private let admission: Admission
    private var budget: AcceptBudget?
    private let statistics: NodeStatistics
    private var pause: Scheduled<Void>?

    init(_ admission: Admission, statistics: NodeStatistics) {
        self.admission = admission
        let limits = admission.limits
        budget = limits.acceptsPerSecond.map { AcceptBudget(perSecond: $0, burst: limits.acceptBurst) }
        self.statistics = statistics
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let count = min(Self.maxAcceptsPerRead, admission.limits.acceptBurst)
        // Fails only if the server is gone.
        try? context.channel.syncOptions?.setOption(.maxMessagesPerRead, value: UInt(max(count, 1)))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        budget?.take(at: context.eventLoop.now)
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        guard pause == nil else { return }
        let now = context.eventLoop.now
        guard let delay = budget?.delay(at: now) ?? admission.acceptDelay(at: now) else { return context.read() }
        statistics.count(.acceptPauses)
        pause = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            pause = nil
            read(context: context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
    }

    private func stop() {
        pause?.cancel()
        pause = nil
    }
}

@available(*, unavailable)
extension AcceptLimiter: Sendable {}
