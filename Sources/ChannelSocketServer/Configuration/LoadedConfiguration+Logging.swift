internal import Logging

extension LoadedConfiguration {
    /// Says what is hardly meant in it.
    func logWarnings(to logger: Logger) {
        for warning in warnings {
            logger.warning("configuration is doubtful", metadata: ["configuration.problem": "\(warning)"])
        }
    }
}
