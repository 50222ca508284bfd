internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The page that Prometheus reads.
struct MetricsController: Sendable {
    /// Where the page is and who may read it.
    let configuration: MetricsConfiguration
    /// Counts refused readers.
    let statistics: AuthenticationStatistics
    /// Makes the page.
    let exposition: @Sendable () -> String

    /// Adds the route to a router, if there is to be one.
    func addRoutes(to router: Router<BasicRequestContext>) {
        guard configuration.isEnabled else { return }
        let key = configuration.bearerToken.map { BearerKey($0) }
        router.get(RouterPath(configuration.path)) { request, _ in
            if let refusal = key?.refusal(of: request) {
                statistics.count("metrics_token_\(refusal.rawValue)")
                return Response(
                    status: .unauthorized,
                    headers: [.wwwAuthenticate: "Bearer", .contentType: "text/plain; charset=utf-8"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: "a bearer token is needed\n"))
                )
            }
            return Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: exposition()))
            )
        }
    }
}
