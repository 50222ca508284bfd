internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The files of the admin page, which hold no secrets: what they show is asked for with the key.
struct AdminPage: Sendable {
    private static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    /// Adds the routes to a router.
    func addRoutes(to router: Router<BasicRequestContext>) {
        let files: [(path: RouterPath, type: String, bytes: [UInt8])] = [
            ("/admin", "text/html; charset=utf-8", PackageResources.admin_html),
            ("/admin/admin.js", "text/javascript; charset=utf-8", PackageResources.admin_js),
            ("/admin/admin.css", "text/css; charset=utf-8", PackageResources.admin_css),
        ]
        for file in files {
            let response = Response(
                status: .ok,
                headers: [
                    .contentType: file.type, .cacheControl: "no-store", .contentSecurityPolicy: Self.policy,
                    .xContentTypeOptions: "nosniff",
                ],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes))
            )
            router.get(file.path) { _, _ in response }
        }
    }
}
