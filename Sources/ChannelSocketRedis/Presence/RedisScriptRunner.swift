import ChannelSocket
import NIOCore
import Synchronization

/// Runs scripts by their digest, and in full where Redis does not know them yet.
struct RedisScriptRunner: Sendable {
    private let commands: RedisCommandClient
    private let digests = Digests()

    private final class Digests: Sendable {
        let byName = Mutex<[String: String]>([:])
    }

    init(_ commands: RedisCommandClient) {
        self.commands = commands
    }

    /// Runs a script.
    ///
    /// - Parameters:
    ///   - script: the script.
    ///   - keys: its keys.
    ///   - arguments: its other arguments.
    ///   - topic: the topic whose connection is used.
    /// - Returns: the script's answer.
    /// - Throws: ``PresenceError`` of code `unavailable` or `out_of_memory`.
    func run(
        _ script: RedisScript, keys: [String], _ arguments: [RedisArgument], topic: String = ""
    ) async throws(PresenceError) -> RESPValue {
        let rest = [RedisArgument(keys.count)] + keys.map { .text($0) } + arguments
        if let digest = digests.byName.withLock({ $0[script.name] }) {
            do throws(PubSubError) {
                return try await send(["EVALSHA", .text(digest)] + rest, topic)
            } catch  where error.code != .rejected || !error.message.hasPrefix("NOSCRIPT") {
                throw Self.unavailable(error)
            } catch {
                // Redis was restarted.
            }
        }
        do throws(PubSubError) {
            let digest = try await send(["SCRIPT", "LOAD", .text(script.source)], topic).text
            digests.byName.withLock { $0[script.name] = digest }
            return try await send(["EVAL", .text(script.source)] + rest, topic)
        } catch {
            throw Self.unavailable(error)
        }
    }

    /// Sends a plain command.
    ///
    /// - Throws: ``PresenceError`` of code `unavailable` or `out_of_memory`.
    @discardableResult
    func send(_ arguments: [RedisArgument], topic: String = "") async throws(PresenceError) -> RESPValue {
        do throws(PubSubError) {
            return try await send(arguments, topic)
        } catch {
            throw Self.unavailable(error)
        }
    }

    /// Sends a plain command whose reply nobody needs.
    func sendWithoutWaiting(_ arguments: [RedisArgument], topic: String) {
        _ = commands.send(arguments, topic: topic)
    }

    private func send(_ arguments: [RedisArgument], _ topic: String) async throws(PubSubError) -> RESPValue {
        do {
            return try await commands.send(arguments, topic: topic).get()
        } catch let error as PubSubError {
            throw error
        } catch {
            throw PubSubError(.rejected, "\(error)")
        }
    }

    private static func unavailable(_ error: PubSubError) -> PresenceError {
        switch error.code {
        case .rejected where isOutOfMemory(error.message): PresenceError(.outOfMemory, outOfMemory)
        case .rejected: PresenceError(.unavailable, refusal(error.message))
        // Without the numbers, which would make each a reason of its own.
        case .overloaded: PresenceError(.unavailable, "Redis: overloaded: too many commands are waiting for it already")
        default: PresenceError(.unavailable, "Redis: \(error)")
        }
    }

    /// Redis' refusal in words, see ``refusal(_:)``.
    static let outOfMemory = "Redis is out of memory (maxmemory)"

    /// Whether Redis has refused a command that needs memory, or the first of a script: then nothing was carried out.
    ///
    /// Before Redis 7 the errors of scripts begin with words of their own.
    private static func isOutOfMemory(_ message: String) -> Bool {
        message.contains("OOM command not allowed")
    }

    /// Puts an error of Redis into words; what scripts add to it helps nobody.
    static func refusal(_ message: String) -> String {
        switch message.prefix(while: { $0 != " " }) {
        case "READONLY": "Redis is read-only: it is a replica, perhaps since a failover"
        case "OOM": outOfMemory
        case "MISCONF": "Redis refuses writes because it cannot save to disk"
        case "LOADING": "Redis is loading its data"
        case "NOPERM": "Redis does not permit it: the user needs more rights (ACL)"
        default:
            "Redis refused: "
                + (message.firstRange(of: " script: ").map { String(message[..<$0.lowerBound]) } ?? message)
        }
    }
}
