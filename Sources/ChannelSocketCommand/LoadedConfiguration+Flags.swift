internal import ArgumentParser
internal import ChannelSocketServer

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension LoadedConfiguration {
    /// Reads some settings from flags and, where there is none, from the environment.
    ///
    /// - Parameter flags: the settings to look at, and the values of their flags; nil for a flag that is not given.
    /// - Throws: `ValidationError`, which ends in usage and exit code 64.
    init(flags: [String: String?]) throws {
        let sources = ConfigurationSources(
            flags: flags.compactMapValues(\.self), environment: ProcessInfo.processInfo.environment
        )
        do throws(ConfigurationError) {
            try self.init(withoutFile: sources, only: Set(flags.keys))
        } catch {
            throw ValidationError(error.description)
        }
    }
}
