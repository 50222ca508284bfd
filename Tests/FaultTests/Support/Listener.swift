import ChannelSocketTesting
import Synchronization

/// A client that keeps account of the numbered messages it gets.
final class Listener: Sendable {
    /// What came from one publisher.
    struct Account: Sendable {
        var received: Set<Int> = []
        var last = 0
        var duplicated = 0
        var disordered = 0

        mutating func add(_ number: Int) {
            if !received.insert(number).inserted {
                duplicated += 1
            } else if number < last {
                disordered += 1
            }
            last = max(last, number)
        }
    }

    private struct State {
        var accounts: [String: Account] = [:]
        var ended: String?
    }

    private let client: TestPhoenixClient
    private let state = Mutex(State())

    init(user: String, port: Int) async throws {
        client = try await TestPhoenixClient.connect(port: port, query: "user=\(user)")
        try await client.join(FaultNode.topic)
    }

    /// Listens until the task is cancelled or the connection ends.
    func run() async {
        do {
            while !Task.isCancelled {
                let event: TestWebSocketEvent
                do {
                    event = try await client.socket.receive(within: .milliseconds(200))
                } catch let error as TestingError where error.code == .timeout {
                    continue
                }
                guard case .text = event else {
                    return state.withLock { $0.ended = "\(event)" }
                }
                let message = try TestPhoenixMessage(event, version: .v2)
                guard message.event == "msg", let publisher = message.payload["p"]?.stringValue,
                    case .number(let text)? = message.payload["n"], let number = Int(text)
                else { continue }
                state.withLock { $0.accounts[publisher, default: Account()].add(number) }
            }
        } catch {
            state.withLock { $0.ended = "\(error)" }
        }
    }

    /// How the connection ended, nil while it is open.
    var ended: String? { state.withLock { $0.ended } }

    func account(of publisher: String) -> Account {
        state.withLock { $0.accounts[publisher] ?? Account() }
    }
}
