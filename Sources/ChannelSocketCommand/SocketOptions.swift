internal import ArgumentParser
internal import ChannelSocketClient

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Where and as whom to connect, for commands that are clients.
struct SocketOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the socket is. [CHANNELSOCKET_URL] (default: ws://127.0.0.1:4000/socket)", valueName: "url"
        )
    )
    var url: String?

    @Option(
        help: ArgumentHelp(
            "A parameter of the connect; may be repeated.",
            discussion: "Parameters travel in the URL, which proxies log: no place for a token.",
            valueName: "name=value"
        )
    )
    var param: [String] = []

    @Option(
        help: ArgumentHelp(
            "A token for the server, sent as phoenix.js' authToken is. [CHANNELSOCKET_TOKEN]",
            discussion: "Options can be seen in the list of processes; the environment can't.",
            valueName: "token"
        )
    )
    var token: String?

    @Option(help: ArgumentHelp("A header field of the handshake; may be repeated.", valueName: "name: value"))
    var header: [String] = []

    @OptionGroup var trust: TrustOptions

    /// The configuration of the client.
    ///
    /// - Throws: `ValidationError` that says which option makes no sense.
    func configuration() throws -> PhoenixClientConfiguration {
        let environment = ProcessInfo.processInfo.environment
        let address = url ?? environment["CHANNELSOCKET_URL"].nonEmpty ?? "ws://127.0.0.1:4000/socket"
        var configuration: PhoenixClientConfiguration
        do {
            configuration = try PhoenixClientConfiguration(url: address)
        } catch {
            throw ValidationError("--url (CHANNELSOCKET_URL): \(error.message)")
        }
        for text in param {
            let (name, value) = try Self.parts(of: text, separator: "=", option: "--param", example: "user=ann")
            configuration.params[name] = value
        }
        for text in header {
            let (name, value) = try Self.parts(of: text, separator: ":", option: "--header", example: "x-user: ann")
            let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            guard isPlain else { throw ValidationError("--header must not contain control characters") }
            configuration.headers.append((name, String(value.drop { $0 == " " })))
        }
        configuration.authToken = token ?? environment["CHANNELSOCKET_TOKEN"].nonEmpty
        configuration.tls = try trust.tls()
        return configuration
    }

    private static func parts(
        of text: String, separator: Character, option: String, example: String
    ) throws -> (String, String) {
        guard let index = text.firstIndex(of: separator), index != text.startIndex else {
            throw ValidationError("\(option) must be like '\(example)', not '\(text)'")
        }
        return (String(text[..<index]), String(text[text.index(after: index)...]))
    }
}

extension String? {
    /// Nil if there is no text, or an empty one.
    fileprivate var nonEmpty: String? {
        flatMap { $0.isEmpty ? nil : $0 }
    }
}
