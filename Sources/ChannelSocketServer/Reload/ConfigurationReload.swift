internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Reads the configuration again on SIGHUP and when one of its files changes.
///
/// What is wrong with the new one is logged, and the old one stays in force.
struct ConfigurationReload: Service {
    /// Takes a configuration into force, as far as that can be done.
    typealias Apply = @Sendable (ServerConfiguration) async throws -> Void

    private let first: LoadedConfiguration
    private let apply: Apply
    private let logger: Logger
    private let hangups: UnixSignalsSequence

    /// Takes SIGHUP over, which would end the process otherwise.
    ///
    /// - Parameters:
    ///   - loaded: the configuration that is in force.
    ///   - logger: is told what changed.
    ///   - apply: takes another configuration into force.
    init(of loaded: LoadedConfiguration, logger: Logger, apply: @escaping Apply) async {
        first = loaded
        self.logger = logger
        self.apply = apply
        hangups = await UnixSignalsSequence(trapping: .sighup)
    }

    /// Reads again until the task is cancelled or the service group shuts down.
    func run() async {
        let triggers = ReloadTriggers()
        let interval = first.configuration.reloadInterval
        await cancelWhenGracefulShutdown {
            await withTaskGroup { tasks in
                tasks.addTask { [hangups] in
                    for await _ in hangups { triggers.send(.hangup) }
                }
                tasks.addTask {
                    guard let interval else { return }
                    while !Task.isCancelled {
                        try? await Task.sleep(for: interval)
                        triggers.send(.look)
                    }
                }
                await follow(triggers)
                tasks.cancelAll()
            }
        }
    }

    private func follow(_ triggers: ReloadTriggers) async {
        var current = first
        var files = current.files
        while let trigger = await triggers.next() {
            let now = FileFingerprint.all(of: current.files.keys)
            guard trigger == .hangup || now != files else { continue }
            files = now
            guard let new = await reloaded(over: current) else { continue }
            current = new
            files = new.files
        }
    }

    /// Reads the configuration once and takes it into force.
    private func reloaded(over current: LoadedConfiguration) async -> LoadedConfiguration? {
        do {
            let new = try await LoadedConfiguration(from: current.sources)
            let changes = ConfigurationChanges(from: current, to: new)
            try await apply(new.configuration)
            report(changes)
            new.logWarnings(to: logger)
            return new
        } catch let error as ConfigurationError {
            for problem in error.problems {
                logger.error("configuration not reloaded", metadata: ["configuration.problem": "\(problem)"])
            }
        } catch {
            logger.error("configuration not reloaded", metadata: ["configuration.problem": "\(error)"])
        }
        return nil
    }

    private func report(_ changes: ConfigurationChanges) {
        let inForce = changes.inForce.isEmpty ? "nothing" : changes.inForce.joined(separator: ", ")
        logger.notice("configuration reloaded", metadata: ["configuration.changed": "\(inForce)"])
        guard !changes.needingRestart.isEmpty else { return }
        logger.warning(
            "changes that need a restart",
            metadata: ["configuration.changed": "\(changes.needingRestart.joined(separator: ", "))"]
        )
    }
}
