internal import ArgumentParser
internal import Foundation

/// Which node's HTTP API to use, for commands that reach a cluster through it.
struct APIOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A node whose HTTP API to use instead of Redis, such as http://127.0.0.1:4000.", valueName: "url"
        )
    )
    var url: String?

    @Option(
        help: ArgumentHelp(
            "The key for the HTTP API. [CHANNELSOCKET_API_KEY]",
            discussion: "Options can be seen in the list of processes; the environment can't.",
            valueName: "key"
        )
    )
    var apiKey: String?

    @OptionGroup var trust: TrustOptions

    /// The API to use; nil if no node was named.
    ///
    /// - Throws: `ValidationError` when the address makes no sense, or there is no key.
    func client() throws -> APIClient? {
        guard let url else {
            guard apiKey == nil else { throw ValidationError("--api-key is for the node that --url names") }
            return nil
        }
        guard let parts = URLComponents(string: url), ["http", "https"].contains(parts.scheme), parts.host != nil,
            parts.query == nil, parts.fragment == nil
        else { throw ValidationError("--url must be like http://127.0.0.1:4000, not '\(url)'") }
        let key = apiKey ?? ProcessInfo.processInfo.environment["CHANNELSOCKET_API_KEY"]
        guard let key, !key.isEmpty else {
            throw ValidationError("--api-key (CHANNELSOCKET_API_KEY) is needed for the HTTP API of --url")
        }
        return APIClient(node: parts, key: key, http: NodeHTTP(tls: try trust.tls()))
    }
}
