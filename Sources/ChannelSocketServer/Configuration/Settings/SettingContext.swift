internal import Synchronization

/// What a value may refer to, and what it does refer to.
final class SettingContext: Sendable {
    /// The environment, for secrets written as `env:NAME`.
    let environment: [String: String]
    private let referredFiles = Mutex<[String: FileFingerprint?]>([:])

    /// Creates a context.
    ///
    /// - Parameter environment: the environment.
    init(environment: [String: String] = [:]) {
        self.environment = environment
    }

    /// The files that values refer to, such as those of secrets and certificates, as they were before they were read.
    var files: [String: FileFingerprint?] { referredFiles.withLock { $0 } }

    /// Notes that a value refers to a file, before it is read: what is in it is part of the configuration.
    func refer(to file: String) {
        let fingerprint = FileFingerprint(file)
        // What is written between two readings of a file is noticed if the first one counts.
        referredFiles.withLock { files in
            if files[file] == nil { files[file] = .some(fingerprint) }
        }
    }
}
