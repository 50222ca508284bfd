import ChannelSocketTesting
import NIOCore
import NIOPosix
import Synchronization

/// A port whose listener takes no connection and has no room for one that waits, so that the system drops what asks for
/// one: nobody answers, as behind a firewall that drops packets.
final class FullBacklog: Sendable {
    private let channels = Mutex<[any Channel]>([])

    /// Listens on a port that nobody listens on, and fills the backlog.
    func occupy(port: Int) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1)
            // Nothing is ever accepted.
            .serverChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: port).get()
        channels.withLock { $0.append(listener) }
        for _ in 0..<16 {
            do {
                let waiting = try await ClientBootstrap(group: group)
                    .connectTimeout(.milliseconds(500))
                    .connect(host: "127.0.0.1", port: port).get()
                channels.withLock { $0.append(waiting) }
            } catch ChannelError.connectTimeout {
                return
            }
        }
        throw TestingError(.unusable, "the backlog takes more connections than it should")
    }

    /// Frees the port.
    func leave() async throws {
        // The listener first, so that nobody gets a place in the backlog.
        let channels = channels.withLock { channels in
            defer { channels = [] }
            return channels
        }
        for channel in channels { try? await channel.close() }
    }
}
