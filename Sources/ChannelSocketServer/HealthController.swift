internal import HTTPTypes
internal import Hummingbird

/// The health of the node over HTTP.
///
/// - `/health`: the ``HealthReport``; 200 whenever the node serves clients, degraded or not, 503 once it drains.
/// - `/health/live`: 200 while the process answers at all.
/// - `/health/ready`: 200 while the node takes clients, 503 once it drains. A node without Redis takes clients: it
///   serves its own, and if all nodes lost Redis at once a stricter answer would leave clients nowhere to go.
struct HealthController: Sendable {
    /// Makes a report.
    let report: @Sendable () -> HealthReport
    /// Whether the node is about to end; cheap, unlike a report.
    let isDraining: @Sendable () -> Bool

    /// Adds the routes to a router.
    func addRoutes(to router: Router<BasicRequestContext>) {
        let (report, isDraining) = (report, isDraining)
        router.get("/health") { _, _ in
            let report = report()
            return try Response.json(report, status: report.status == .draining ? .serviceUnavailable : .ok)
        }
        router.get("/health/live") { _, _ in try Response.json(["status": "ok"]) }
        router.get("/health/ready") { _, _ in
            guard !isDraining() else { return try Response.json(["status": "draining"], status: .serviceUnavailable) }
            return try Response.json(["status": "ok"])
        }
    }
}
