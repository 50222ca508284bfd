internal import ArgumentParser
internal import ChannelSocketServer

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension ServerConfiguration {
    /// Reads settings from flags and, where there is none, from the environment.
    ///
    /// - Parameters:
    ///   - flags: the values of the flags; nil for a flag that is not given.
    ///   - settings: the settings to look at.
    /// - Throws: `ValidationError`, which ends in usage and exit code 64.
    init(flags: [ServerSetting: String?], only settings: [ServerSetting] = ServerSetting.allCases) throws {
        let environment = ProcessInfo.processInfo.environment
        let values = settings.compactMap { setting in
            (flags[setting].flatMap(\.self) ?? environment[setting.rawValue]).map { (setting.rawValue, $0) }
        }
        do {
            try self.init(settings: Dictionary(uniqueKeysWithValues: values))
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
