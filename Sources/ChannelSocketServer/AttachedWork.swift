internal import ChannelSocket
internal import ServiceLifecycle

/// What a program does of its own beside the server, with the server's endpoint.
struct AttachedWork: Service {
    let endpoint: Endpoint
    let work: @Sendable (Endpoint) async throws -> Void

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await work(endpoint) }
        } catch is CancellationError where Task.isShuttingDownGracefully {
            return
        }
        // A service that ends would end the server.
        try? await gracefulShutdown()
    }
}
