internal import ChannelSocket
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import ServiceLifecycle

/// What lets people see how a node is: metrics, traces, the list of nodes and the admin page.
struct Observation: Sendable {
    /// Knows this node and the others.
    let roster: ClusterRoster
    /// What is to be run.
    let services: [any Service]
    private let metrics: ServerMetrics
    private let refusals: AuthenticationStatistics
    private let eventLoop: any EventLoop
    private let logger: Logger

    /// Prepares the observation of a node.
    init(
        _ status: NodeStatus, access: AccessControl, tracer: OTLPTracer, registry: PrometheusRegistry,
        on group: any EventLoopGroup, logger: Logger
    ) {
        eventLoop = group.next()
        roster = ClusterRoster(status, on: eventLoop, logger: logger)
        metrics = ServerMetrics(registry: registry, status, access: access)
        refusals = access.statistics
        services = [roster, tracer, EventLoopLag(of: group, pubSub: status.pubSub, logger: logger, factory: registry)]
        self.logger = logger
    }

    /// Adds what people look at.
    func addRoutes(
        to router: Router<BasicRequestContext>, metrics configuration: MetricsConfiguration, admin: AdminConfiguration
    ) {
        MetricsController(configuration: configuration, statistics: refusals, exposition: metrics.exposition)
            .addRoutes(to: router)
        AdminController(
            roster: roster, eventLoop: eventLoop, configuration: admin, statistics: refusals, logger: logger
        )
        .addRoutes(to: router)
    }
}
