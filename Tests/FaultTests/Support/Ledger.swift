import ChannelSocket
import Synchronization

/// What one publisher sent, and what it was told about it.
final class Ledger: Sendable {
    private struct State {
        var sent = 0
        var confirmed: Set<Int> = []
        var failed: [Int: String] = [:]
    }

    let publisher: String
    private let state = Mutex(State())

    init(publisher: String) {
        self.publisher = publisher
    }

    /// The number of the next message.
    func next() -> Int {
        state.withLock { state in
            state.sent += 1
            return state.sent
        }
    }

    func confirmed(_ number: Int) {
        state.withLock { _ = $0.confirmed.insert(number) }
    }

    func failed(_ number: Int, _ error: any Error) {
        let code = (error as? PubSubError)?.code.description ?? "\(error)"
        state.withLock { $0.failed[number] = code }
    }

    var sent: Int { state.withLock { $0.sent } }
    var confirmed: Set<Int> { state.withLock { $0.confirmed } }
    var failed: [Int: String] { state.withLock { $0.failed } }
}
