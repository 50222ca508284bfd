public import ChannelSocket
public import Logging

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension StockServer {
    /// Creates a server that is configured as `channelsocket serve` is, and follows its file as that does.
    ///
    /// `docs/configuration.md` lists the settings.
    ///
    /// - Parameters:
    ///   - file: the path of the configuration, YAML or JSON; nil for the one that `CHANNELSOCKET_CONFIG` names, or none.
    ///   - settings: values that win over file and environment, by the settings' names, such as `listen.port`.
    ///   - environment: the environment; nil for that of the process.
    ///   - logger: takes the log; nil for standard error, in the configured format.
    ///   - registry: takes the metrics, for `/metrics`.
    ///   - routes: the handlers written in Swift, which come before the declared channels.
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    public init(
        configurationFile file: String?,
        settings: [String: String] = [:],
        environment: [String: String]? = nil,
        logger: Logger? = nil,
        registry: PrometheusRegistry = PrometheusRegistry(),
        @RouteBuilder routes: () -> [Route] = { [] }
    ) async throws(ConfigurationError) {
        let routes = routes()
        let loaded = try await LoadedConfiguration(
            from: ConfigurationSources(
                flags: settings, environment: environment ?? ProcessInfo.processInfo.environment, file: file
            )
        )
        let format = loaded.configuration.logging.format
        self.init(
            loaded: loaded,
            logger: logger ?? Logger(label: "channelsocket") { format.makeHandler(label: $0) },
            registry: registry,
            routes: routes
        )
    }
}
