internal import FoundationEssentials
internal import Logging
internal import NIOCore
internal import PhoenixWire
internal import ServiceLifecycle

/// Asks a backend, and tells it what nobody waits for.
///
/// As a `Service` it sends what it only tells.
final class WebhookClient: Service {
    /// Posts a body with header fields within a time.
    typealias Post =
        @Sendable (
            _ body: ByteBuffer, _ headers: [(name: String, value: String)], _ timeout: TimeAmount
        ) async throws -> OutboundHTTP.Answer

    /// What the backend is for.
    let configuration: WebhookConfiguration
    /// What became of its requests.
    let statistics: WebhookStatistics
    private let gate: WebhookGate
    private let post: Post
    private let logger: Logger
    private let notices: AsyncStream<Notice>
    private let noticesIn: AsyncStream<Notice>.Continuation

    private struct Notice: Sendable {
        var event: WebhookEvent
        var body: Payload
    }

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - configuration: the backend, and the limits.
    ///   - statistics: counts what becomes of requests.
    ///   - logger: is told of failures, never what was in requests and answers.
    ///   - post: posts a request.
    init(
        _ configuration: WebhookConfiguration, statistics: WebhookStatistics = .init(), logger: Logger,
        post: @escaping Post
    ) {
        self.configuration = configuration
        self.statistics = statistics
        self.logger = logger
        self.post = post
        gate = WebhookGate(maxConcurrent: configuration.maxConcurrent, maxQueued: configuration.maxQueued)
        (notices, noticesIn) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(configuration.maxQueued))
    }

    /// Whether the backend wants to hear of an event.
    func wants(_ event: WebhookEvent) -> Bool {
        configuration.events.contains(event)
    }

    // MARK: Telling

    /// Tells the backend something, without waiting.
    ///
    /// - Parameters:
    ///   - event: what it is.
    ///   - body: the JSON of the request.
    func tell(_ event: WebhookEvent, _ body: Payload) {
        guard case .dropped = noticesIn.yield(Notice(event: event, body: body)) else { return }
        statistics.count(event, .overloaded)
    }

    /// Sends what is to be told, until the task is cancelled or the service group shuts down; then what is left.
    func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                var running = 0
                for await notice in notices {
                    if running == configuration.maxConcurrent {
                        await group.next()
                        running -= 1
                    }
                    running += 1
                    group.addTask { _ = try? await self.ask(notice.event, notice.body) }
                }
            }
        } onGracefulShutdown: {
            self.finish()
        }
    }

    /// Takes nothing more; ``run()`` returns when all has been sent.
    func finish() {
        noticesIn.finish()
    }

    // MARK: Asking

    /// Asks the backend.
    ///
    /// - Parameters:
    ///   - event: what it is about.
    ///   - body: the JSON of the request.
    /// - Returns: the answer, a JSON object; an empty one for an empty answer.
    /// - Throws: ``WebhookError``, which has been counted and logged, or `CancellationError`.
    func ask(_ event: WebhookEvent, _ body: Payload) async throws -> Payload {
        do {
            let deadline = NIODeadline.now() + .milliseconds(Int64(configuration.timeoutMilliseconds))
            let answer = try await gate.pass { try await send(event, body.bytes, until: deadline) }
            statistics.count(event)
            return answer
        } catch let error as WebhookError {
            statistics.count(event, error.code)
            logger.warning(
                "webhook failed",
                metadata: [
                    "webhook.event": "\(event.rawValue)", "webhook.failure": "\(error.code)", "error": "\(error)",
                ]
            )
            throw error
        }
    }

    /// Counts and logs an answer that can't be understood.
    func malformed(_ event: WebhookEvent) {
        statistics.count(event, .malformed)
        logger.warning(
            "webhook answered with members that are not what they should be",
            metadata: ["webhook.event": "\(event.rawValue)"]
        )
    }

    private func send(_ event: WebhookEvent, _ body: ByteBuffer, until deadline: NIODeadline) async throws -> Payload {
        let headers = headers(event, body)
        var attempt = 0
        while true {
            do {
                return try await sendOnce(body, headers, until: deadline)
            } catch let error as WebhookError {
                let pause = pause(after: attempt)
                guard attempt < configuration.retries, mayRepeat(event, after: error), .now() + pause < deadline else {
                    throw error
                }
                attempt += 1
                statistics.countRetry()
                try await Task.sleep(for: .nanoseconds(pause.nanoseconds))
            }
        }
    }

    private func sendOnce(
        _ body: ByteBuffer, _ headers: [(name: String, value: String)], until deadline: NIODeadline
    ) async throws -> Payload {
        let left = deadline - .now()
        guard left > .zero else { throw WebhookError(.timeout, "no answer within the time") }
        let answer: OutboundHTTP.Answer
        do {
            answer = try await post(body, headers, left)
        } catch {
            try Task.checkCancellation()
            throw WebhookError(NIODeadline.now() < deadline ? .unreachable : .timeout, "\(error)")
        }
        guard (200...204).contains(answer.status) else {
            throw WebhookError(.status, "the backend answered with status \(answer.status)")
        }
        guard answer.body.readableBytes > 0 else { return .emptyObject }
        guard let json = try? Payload(json: answer.body), json.isJSONObject else {
            throw WebhookError(.malformed, "the answer is no JSON object")
        }
        return json
    }

    private func mayRepeat(_ event: WebhookEvent, after error: WebhookError) -> Bool {
        event.isSafeToRepeat && [.unreachable, .status].contains(error.code)
    }

    /// Longer each time, and never the same for two requests that failed together.
    private func pause(after attempt: Int) -> TimeAmount {
        .milliseconds(Int64.random(in: 25...50) << Int64(min(attempt, 6)))
    }

    private func headers(_ event: WebhookEvent, _ body: ByteBuffer) -> [(name: String, value: String)] {
        var headers = [("channelsocket-event", event.rawValue)]
        if let secret = configuration.secret {
            let time = Int(Date().timeIntervalSince1970)
            let signature = WebhookSignature(of: body, secret: secret, time: time)
            headers.append((WebhookSignature.header, signature.value))
        }
        return headers
    }
}
