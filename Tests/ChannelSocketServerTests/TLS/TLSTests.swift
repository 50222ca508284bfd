import ChannelSocketClient
import ChannelSocketTesting
import Foundation
import NIOSSL
import PhoenixWire
import Testing

@testable import ChannelSocketServer

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("TLS", .timeLimit(.minutes(2)))
struct TLSTests {
    @Test("serves clients over wss, and new ones with a new certificate after a reload")
    func serving() async throws {
        let first = try TestCertificate()
        let second = try TestCertificate()
        let server = try ServerProcess.start(
            "serve", "--port", "0", "--set", "tls.certificate=\(first.certificate)", "--set", "tls.key=\(first.key)",
            "--set", "reload.interval=none"
        )
        #expect(try await server.waitForLine(containing: "listening on ").contains("https://127.0.0.1:"))
        let port = try await server.waitForPort()
        let trusted = try String(contentsOfFile: first.certificate, encoding: .utf8)
        let old = try await Self.client(port: port, trusting: trusted)
        let room = try await old.join("room:a")
        #expect(try await room.push("new_msg", Payload(json: #"{"body":"hi"}"#)).isJSONObject)

        try second.replace(first)
        server.send(signal: SIGHUP)
        let line = try await server.waitForLine(containing: "configuration reloaded")
        #expect(line.contains("tls.certificate"))
        let renewed = try String(contentsOfFile: second.certificate, encoding: .utf8)
        let new = try await Self.client(port: port, trusting: renewed)
        _ = try await new.join("room:a")
        await #expect(throws: (any Error).self) { _ = try await Self.client(port: port, trusting: trusted) }
        // The connection under the old certificate lives on.
        _ = try await room.push("new_msg", Payload(json: #"{"body":"still here"}"#))
        for client in [old, new] { await client.close() }
        #expect(try await server.stop() == .exited(0))
    }

    @Test("is measured by bench over wss, and not if its certificate is not trusted")
    func bench() async throws {
        let certificate = try TestCertificate()
        let server = try ServerProcess.start(
            "serve", "--port", "0", "--set", "tls.certificate=\(certificate.certificate)", "--set",
            "tls.key=\(certificate.key)"
        )
        let url = "wss://localhost:\(try await server.waitForPort())/socket"
        let arguments = [
            "bench", "fanout", "--url", url, "--clients", "3", "--warmup", "0.1", "--duration", "0.3", "--rate", "100",
        ]
        let trusting = try ChildProcess(
            product: "channelsocket", arguments: arguments + ["--ca-file", certificate.certificate]
        )
        #expect(try await trusting.waitForExit() == .exited(0))
        #expect(trusting.output.contains("none: nothing lost, duplicated or out of order"))
        let doubtful = try ChildProcess(product: "channelsocket", arguments: arguments)
        #expect(try await doubtful.waitForExit() == .exited(1))
        #expect(doubtful.output.contains("its certificate is not trusted here"))
        #expect(try await server.stop() == .exited(0))
    }

    @Test("keeps the old certificate when the new one can't be used, and says why")
    func badRenewal() async throws {
        let first = try TestCertificate()
        let file = try TemporaryFile("tls:\n  certificate: \(first.certificate)\n  key: \(first.key)\n")
        let server = try ServerProcess.start("serve", "--port", "0", "--config", file.path)
        let port = try await server.waitForPort()
        let trusted = try String(contentsOfFile: first.certificate, encoding: .utf8)
        let other = try TestCertificate()
        try file.write("tls:\n  certificate: \(first.certificate)\n  key: \(other.key)\n")
        server.send(signal: SIGHUP)
        let line = try await server.waitForLine(containing: "configuration not reloaded")
        #expect(line.contains("is not that of the certificate"))
        let client = try await Self.client(port: port, trusting: trusted)
        _ = try await client.join("room:a")
        await client.close()
        try await server.stop()
    }

    @Test("keeps the old certificate when anything else of the new configuration can't be had")
    func refusedReload() async throws {
        let (first, second) = (try TestCertificate(), try TestCertificate())
        let file = try TemporaryFile("tls:\n  certificate: \(first.certificate)\n  key: \(first.key)\n")
        let server = try ServerProcess.start("serve", "--port", "0", "--config", file.path)
        let port = try await server.waitForPort()
        try file.write(
            "tls:\n  certificate: \(second.certificate)\n  key: \(second.key)\n"
                + "auth: {secret: \"\(TokenFixtures.secret)\", leeway_seconds: 7}\n"
        )
        server.send(signal: SIGHUP)
        try await server.waitForLine(containing: "configuration not reloaded")
        let trusted = try String(contentsOfFile: first.certificate, encoding: .utf8)
        let client = try await Self.client(port: port, trusting: trusted)
        _ = try await client.join("room:a")
        await client.close()
        try await server.stop()
    }

    @Test("says what is wrong with a certificate before it listens")
    func badCertificate() async throws {
        let certificate = try TestCertificate()
        let broken = try TemporaryFile("no PEM", name: "broken.pem")
        let server = try ServerProcess.start(
            "serve", "--port", "0", "--set", "tls.certificate=\(broken.path)", "--set", "tls.key=\(certificate.key)"
        )
        #expect(try await server.waitForExit() == .exited(78))
        #expect(server.output.contains("names \(broken.path), which has no certificate in PEM"))
        let half = try ServerProcess.start("config", "check", "--set", "tls.key=\(certificate.key)")
        #expect(try await half.waitForExit() == .exited(78))
        #expect(half.output.contains("needs tls.certificate beside it"))
    }

    @Test("is asked by commands, which say so when they do not trust its certificate")
    func commands() async throws {
        let (certificate, other) = (try TestCertificate(), try TestCertificate())
        let server = try ServerProcess.start(
            "serve", "--port", "0",
            environment: [
                "CHANNELSOCKET_TLS_CERTIFICATE": certificate.certificate, "CHANNELSOCKET_TLS_KEY": certificate.key,
                "CHANNELSOCKET_ADMIN_KEY": "a key for this test",
            ]
        )
        let port = "\(try await server.waitForPort())"
        func run(_ arguments: [String], tls: String = "") async throws -> (Int32?, String) {
            let environment = [
                "CHANNELSOCKET_API_KEY": "a key for this test", "CHANNELSOCKET_TLS_CERTIFICATE": tls,
            ]
            let process = try ChildProcess(product: "channelsocket", arguments: arguments, environment: environment)
            guard case .exited(let code) = try await process.waitForExit(within: .seconds(40)) else {
                return (nil, process.output)
            }
            return (code, process.output)
        }
        let health = ["health", "--port", port]
        let trusting = ["--ca-file", certificate.certificate]
        for arguments in [[], ["--host", "localhost"], trusting] {
            let answer = try await run(health + ["--tls"] + arguments)
            #expect(answer.0 == 0, "\(answer.1)")
            #expect(try JSONValue(parsing: answer.1)["status"] == "ok")
        }
        #expect(try await run(health, tls: certificate.certificate).0 == 0)
        let clear = try await run(health)
        #expect(clear.0 == 1)
        #expect(clear.1.hasPrefix("Error: cannot reach the node at http://127.0.0.1:\(port): "))

        let publish = ["publish", "room:a", "x", "--url", "https://localhost:\(port)"]
        #expect(try await run(publish + trusting) == (0, "published"))
        let distrust = "its certificate is not trusted here"
        let trustingOthers = ["--ca-file", other.certificate]
        for arguments in [publish, publish + trustingOthers, health + ["--tls"] + trustingOthers] {
            let answer = try await run(arguments)
            #expect(answer.0 == 1)
            #expect(answer.1.hasSuffix(": \(distrust)"), "\(answer.1)")
        }
        let tail = try await run(["tail", "room:a", "--url", "wss://localhost:\(port)"])
        #expect(tail == (1, "Error: cannot connect to wss://localhost:\(port)/socket: \(distrust)"))
        try await server.stop()
    }

    private static func client(port: Int, trusting certificate: String) async throws -> PhoenixClient {
        var configuration = try PhoenixClientConfiguration(url: "wss://127.0.0.1:\(port)/socket")
        configuration.tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)))
        configuration.timeout = .seconds(30)
        let client = PhoenixClient(configuration)
        try await client.connect()
        return client
    }
}
