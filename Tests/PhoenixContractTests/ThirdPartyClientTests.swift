import ChannelSocketTesting
import Foundation
import Testing

/// Clients that others wrote, from PyPI: each joins, pushes and gets a reply, hears broadcasts, and leaves.
@Suite(.contractServer, .timeLimit(.minutes(2)))
struct ThirdPartyClientTests {
    enum Client: String, CaseIterable {
        case chunnel
        case phxsocket
        case realtime
        case phoenixChannels = "phoenix_channels"
        case phxEvents = "phx_events"

        /// Where `Tests/PythonClients/setup.sh` installs what the client needs.
        var environment: String { self == .phxEvents ? ".venv-phx-events" : ".venv" }
    }

    @Test("converses with the contract server", arguments: Client.allCases)
    func converses(client: Client) async throws {
        let server = try #require(ContractServer.current)
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let python = root.appendingPathComponent("\(client.environment)/bin/python")
        try #require(
            FileManager.default.isExecutableFile(atPath: python.path),
            "the Python clients are not installed: run `make clients` (Tests/PythonClients/setup.sh)"
        )
        let script = root.appendingPathComponent("Tests/PythonClients/\(client.rawValue)_client.py")
        let process = try ChildProcess(
            executable: python,
            arguments: ["-B", script.path, "ws://127.0.0.1:\(server.port)/socket"],
            environment: ["PYTHONUNBUFFERED": "1"]
        )
        let exit = try await process.waitForExit(within: .seconds(60))
        #expect(exit == .exited(0), "\(process.output)")
        #expect(process.lines.last == "passed", "\(process.output)")
    }
}
