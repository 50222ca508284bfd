internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The health of the node over HTTP.
///
/// - `/health`: the ``HealthReport``; 200 whenever the node serves clients, degraded or not.
/// - `/health/live`: 200 while the process answers at all.
/// - `/health/ready`: 200 while the node takes clients. A node without Redis does: it serves its own clients, and
///   if all nodes lost Redis at once a stricter answer would leave clients nowhere to go.
struct HealthController: Sendable {
    /// Makes a report.
    let report: @Sendable () -> HealthReport

    /// Adds the routes to a router.
    func addRoutes(to router: Router<BasicRequestContext>) {
        let report = report
        router.get("/health") { _, _ in try Self.json(report()) }
        router.get("/health/live") { _, _ in try Self.json(["status": "ok"]) }
        router.get("/health/ready") { _, _ in try Self.json(["status": "ok"]) }
    }

    private static func json(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var body = ByteBuffer(bytes: try encoder.encode(value))
        body.writeString("\n")
        return Response(
            status: .ok,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: body)
        )
    }
}
