import Testing

@testable import ChannelSocketServer

/// What is wrong between settings, or in the files that they name.
@Suite("The check of a configuration")
struct ConfigurationCheckTests {
    private func load(
        _ text: String, environment: [String: String] = [:]
    ) async throws -> (path: String, loaded: LoadedConfiguration) {
        let file = try TemporaryFile(text)
        return (file.path, try await LoadedConfiguration(from: .init(environment: environment, file: file.path)))
    }

    /// The problems of a file, without its path.
    private func problems(_ text: String) async throws -> [String] {
        let file = try TemporaryFile(text)
        let error = try await #require(throws: ConfigurationError.self) {
            _ = try await LoadedConfiguration(from: .init(file: file.path))
        }
        return error.problems.map { $0.description.replacing(file.path, with: "") }
    }

    /// The warnings of a file, without its path.
    private func warnings(_ text: String, environment: [String: String] = [:]) async throws -> [String] {
        let (path, loaded) = try await load(text, environment: environment)
        return loaded.warnings.map { $0.description.replacing(path, with: "") }
    }

    @Test(
        "refuses what would not be done as it is written",
        arguments: [
            (
                "channels:\n  - topic: \"room:*\"\n    join: public\n  - topic: room:staff\n    join: public\n",
                ":4: channels[1].topic is never reached: channels[0] (room:*) comes first and has all of its topics"
            ),
            (
                "channels:\n  - topic: a\n    join: public\n  - topic: a\n    join: public\n",
                ":4: channels[1].topic is never reached: channels[0] (a) comes first and has all of its topics"
            ),
            (
                "channels:\n  - {topic: a, join: public, webhook: x}\n",
                ":2: channels[0].webhook must be the name of one of the webhooks, not 'x'"
            ),
            (
                "webhooks:\n  - {name: a, url: \"http://b\"}\n  - {name: a, url: \"http://c\"}\n",
                ":3: webhooks[1].name is that of webhooks[0] already: a"
            ),
            (
                "metrics: {path: /health}\n",
                ":1: metrics.path can't be /health: what is below /health is the server's own"
            ),
            (
                "metrics:\n  path: //admin/overview\n",
                ":2: metrics.path can't be //admin/overview: what is below /admin is the server's own"
            ),
            ("webhooks:\n  - {name: a}\n", ":2: webhooks[0].url is missing; it must be a URL that begins with "),
            ("webhooks:\n  - {name: a, url: \"http://\"}\n", ":2: webhooks[0].url must be a URL that begins with "),
            ("auth:\n  required: true\n", ":2: auth.required can't be had: there is no key for tokens (auth.secret or"),
            ("auth:\n  issuers: [me]\n", ":2: auth.issuers can't be had: there is no key for tokens (auth.secret or"),
            ("tls:\n  key: /nowhere/k.pem\n", ":2: tls.key needs tls.certificate beside it"),
            (
                "tls:\n  certificate: /nowhere/c.pem\n  key: /nowhere/k.pem\n",
                ":2: tls.certificate names /nowhere/c.pem, which is not there"
            ),
            (
                "auth:\n  keys:\n    - {algorithm: RS256, pem_file: /nowhere/k.pem}\n",
                ":3: auth.keys[0].pem_file can't be used: can't read the key file /nowhere/k.pem"
            ),
            (
                "auth:\n  keys:\n    - {algorithm: HS256, secret: \"base64:not base64, by far\"}\n",
                ":3: auth.keys[0].secret can't be used: what follows base64: in the secret is no base64"
            ),
        ]
    )
    func refused(text: String, problem: String) async throws {
        let problems = try await problems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix(problem) == true, "\(problems)")
    }

    @Test("reads certificate and key, and says which of them is wrong in what way")
    func certificates() async throws {
        let certificate = try TestCertificate()
        let other = try TestCertificate()
        func problem(_ certificate: String, _ key: String) async throws -> [String] {
            try await problems("tls:\n  certificate: \(certificate)\n  key: \(key)\n")
        }
        #expect(
            try await problem(certificate.key, certificate.key)
                == [":2: tls.certificate names \(certificate.key), which has no certificate in PEM"]
        )
        #expect(
            try await problem(certificate.certificate, certificate.certificate)
                == [":3: tls.key names \(certificate.certificate), which has no private key in PEM"]
        )
        #expect(
            try await problem(certificate.certificate, other.key) == [
                ":3: tls.key names \(other.key), whose key is not that of the certificate in \(certificate.certificate)"
            ]
        )
        #expect(
            try await warnings("tls:\n  certificate: \(certificate.certificate)\n  key: \(certificate.key)\n") == []
        )
    }

    @Test("warns of a certificate that has expired")
    func expiredCertificate() async throws {
        let certificate = try TemporaryFile(ExpiredCertificate.certificate, name: "certificate.pem")
        let key = try TemporaryFile(ExpiredCertificate.key, name: "key.pem")
        #expect(
            try await warnings("tls:\n  certificate: \(certificate.path)\n  key: \(key.path)\n")
                == [":2: tls.certificate has expired, on 2020-02-01T00:00:00Z"]
        )
    }

    @Test("reads the files of keys for tokens, and says when there is no key of the algorithm in them")
    func keyFiles() async throws {
        let file = try TemporaryFile(ExpiredCertificate.key, name: "key.pem")
        #expect(
            try await problems("auth:\n  keys:\n    - {algorithm: RS256, pem_file: \(file.path)}\n")
                == [
                    ":3: auth.keys[0].pem_file can't be used: \(file.path): no RSA key of 2048 bits or more in PEM"
                ]
        )
        #expect(
            try await problems("auth:\n  keys:\n    - {jwks_file: \(file.path)}\n").first?
                .hasPrefix(":3: auth.keys[0].jwks_file can't be used: \(file.path): no key set") == true
        )
        #expect(try await warnings("auth:\n  keys:\n    - {algorithm: ES256, pem_file: \(file.path)}\n") == [])
    }

    @Test(
        "warns of what can be done and is hardly meant",
        arguments: [
            (
                "channels:\n  - topic: a\n",
                ":2: channels[0].join is authenticated, and there is no key for tokens (auth.secret or auth.keys): "
                    + "nobody may join"
            ),
            (
                "channels:\n  - topic: a\n    join: claim\n    claims: [admin]\n",
                ":3: channels[0].join is claim, and there is no key for tokens (auth.secret or auth.keys): "
                    + "nobody may join"
            ),
            (
                "channels:\n  - topic: a\n    join: public\n    presence: claim:sub\n",
                ":4: channels[0].presence is a claim, and there is no key for tokens (auth.secret or auth.keys): "
                    + "nobody is present"
            ),
            (
                "webhooks:\n  - {name: b, url: \"http://b\", events: [join]}\n",
                ":2: webhooks[0].name is named by no channel, and its events have no connect: b is never asked"
            ),
            (
                "webhooks:\n  - {name: b, url: \"http://b\", events: [connect]}\n"
                    + "channels:\n  - {topic: a, join: public, webhook: b}\n",
                ":4: channels[0].webhook has neither join, push nor leave among its events: b is never asked"
            ),
        ]
    )
    func warned(text: String, warning: String) async throws {
        #expect(try await warnings(text) == [warning])
    }

    @Test("is content with channels that want tokens once there is a key for them")
    func key() async throws {
        let secret = ["CHANNELSOCKET_TOKEN_SECRET": TokenFixtures.secret]
        let text = "auth: {required: true}\nchannels:\n  - {topic: a}\n  - {topic: b, join: claim, claims: [admin]}\n"
        #expect(try await warnings(text, environment: secret) == [])
    }
}
