internal import Synchronization

/// What a value may refer to, and what it does refer to.
final class SettingContext: Sendable {
    /// The environment, for secrets written as `env:NAME`.
    let environment: [String: String]
    private let referredFiles = Mutex<Set<String>>([])

    /// Creates a context.
    ///
    /// - Parameter environment: the environment.
    init(environment: [String: String] = [:]) {
        self.environment = environment
    }

    /// The files that values refer to, such as those of secrets and certificates.
    var files: Set<String> { referredFiles.withLock { $0 } }

    /// Notes that a value refers to a file: what is in it is part of the configuration.
    func refer(to file: String) {
        referredFiles.withLock { _ = $0.insert(file) }
    }
}
