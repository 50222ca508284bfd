internal import Crypto
internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The page that Prometheus reads.
struct MetricsController: Sendable {
    /// Where the page is and who may read it.
    let configuration: MetricsConfiguration
    /// Makes the page.
    let exposition: @Sendable () -> String

    /// Adds the route to a router, if there is to be one.
    func addRoutes(to router: Router<BasicRequestContext>) {
        guard configuration.isEnabled else { return }
        router.get(RouterPath(configuration.path)) { request, _ in
            guard mayRead(request) else {
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

    private func mayRead(_ request: Request) -> Bool {
        guard let expected = configuration.bearerToken else { return true }
        guard let given = request.headers[.authorization], given.lowercased().hasPrefix("bearer ") else { return false }
        // Digests are compared, so that the time tells nothing about the token.
        let digest = SHA256.hash(data: Data(given.dropFirst("bearer ".count).utf8))
        return digest == SHA256.hash(data: Data(expected.exposed.utf8))
    }
}
