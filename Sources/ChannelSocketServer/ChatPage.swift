internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The page at `/`: a chat that joins `room:lobby` of the node that served it.
struct ChatPage: Sendable {
    private let response: Response

    /// Renders the page for a node.
    ///
    /// - Parameters:
    ///   - node: the identity of the node.
    ///   - socketPath: where the socket is mounted; plain characters only, as ``ServerConfiguration`` makes sure.
    init(node: String, socketPath: String) {
        let html = String(decoding: PackageResources.chat_html, as: UTF8.self)
            .replacing("{{node}}", with: node)
            .replacing("{{socket-path}}", with: socketPath)
        response = Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .cacheControl: "no-store",
                .contentSecurityPolicy: """
                default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; \
                connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
                """,
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html))
        )
    }

    /// Adds the page to a router.
    func addRoutes(to router: Router<BasicRequestContext>) {
        let response = response
        router.get("/") { _, _ in response }
    }
}
