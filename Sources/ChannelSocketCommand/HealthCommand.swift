internal import ArgumentParser
internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// Asks a node for its health; the container's health check.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask a node for its health.",
        discussion: """
            Prints the report. Of a node on this machine the certificate is not checked unless --ca-file is given: \
            it has the name that clients use.

            Exit codes: 0 when the node serves clients, degraded or not, 1 when it drains or can't be reached, 64 for \
            options that make no sense.

            Examples:
              channelsocket health | jq -r .status
              channelsocket health --host chat.example.com --port 443 --tls
            """
    )

    /// The names by which a machine calls itself.
    private static let thisMachine = ["127.0.0.1", "::1", "localhost"]

    @Option(help: "The node's address or name.")
    var host = "127.0.0.1"

    @Option(help: "The node's port. [PORT] (default: 4000)")
    var port: Int?

    @Flag(help: "Ask over TLS; so it is if CHANNELSOCKET_TLS_CERTIFICATE is set.")
    var tls = false

    @OptionGroup var trust: TrustOptions

    func validate() throws {
        _ = try node()
        _ = try trust.tls()
    }

    func run() async throws {
        let node = try node()
        var demands = try trust.tls()
        if trust.caFile == nil, Self.thisMachine.contains(host) { demands.certificateVerification = .none }
        let request = HTTPClientRequest(url: (node.string ?? "") + "/health")
        let answer = try await NodeHTTP(tls: demands).send(request, to: node, timeout: .seconds(2))
        print(String(buffer: answer.body), terminator: "")
        guard answer.status == .ok else { throw ExitCode.failure }
    }

    /// The node's address.
    private func node() throws -> URLComponents {
        let environment = ProcessInfo.processInfo.environment
        let given = port.map(String.init) ?? environment["PORT"].flatMap { $0.isEmpty ? nil : $0 } ?? "4000"
        guard let port = Int(given), (1...65_535).contains(port) else {
            throw ValidationError("--port (PORT) must be a number from 1 to 65535, not '\(given)'")
        }
        var node = URLComponents()
        node.scheme = tls || environment["CHANNELSOCKET_TLS_CERTIFICATE"]?.isEmpty == false ? "https" : "http"
        node.host = host.contains(":") ? "[\(host)]" : host
        node.port = port
        guard node.string != nil else { throw ValidationError("--host must be an address or a name, not '\(host)'") }
        return node
    }
}
