internal import FoundationEssentials

extension TokenKeyConfiguration {
    /// Reads the keys of a source that is no URL.
    ///
    /// - Throws: ``TokenKeyError`` that names the file, or nothing of the secret.
    func load() async throws -> [TokenKey] {
        switch source {
        case .secret(let text):
            return [try await .secret(Self.secret(text), try needsAlgorithm(), id: id)]
        case .secretFile(let path):
            let text = try Self.read(path)
            return try await Self.naming(path) {
                [try await .secret(Self.secret(Self.withoutLineEnd(text)), try needsAlgorithm(), id: id)]
            }
        case .pemFile(let path):
            let text = try Self.read(path)
            return try await Self.naming(path) { [try await .pem(text, try needsAlgorithm(), id: id)] }
        case .jwksFile(let path):
            let text = try Self.read(path)
            return try await Self.naming(path) {
                let keys = await (try TokenKeySetDocument.decode(Data(text.utf8)))
                    .usableKeys(algorithm: algorithm, allowingSecrets: true)
                guard !keys.isEmpty else { throw TokenKeyError("no usable key in the key set") }
                return keys
            }
        case .jwksURL:
            return []
        }
    }

    private func needsAlgorithm() throws -> TokenAlgorithm {
        guard let algorithm else { throw TokenKeyError("the key needs an algorithm, such as HS256") }
        return algorithm
    }

    private static func secret(_ text: String) throws -> Data {
        guard text.hasPrefix("base64:") else { return Data(text.utf8) }
        guard let data = Data(base64Encoded: String(text.dropFirst("base64:".count))) else {
            throw TokenKeyError("what follows base64: in the secret is no base64")
        }
        return data
    }

    private static func withoutLineEnd(_ text: String) -> String {
        var text = text
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }

    private static func read(_ path: String) throws -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw TokenKeyError("can't read the key file \(path)")
        }
    }

    private static func naming(
        _ path: String, _ load: () async throws -> [TokenKey]
    ) async throws -> [TokenKey] {
        do {
            return try await load()
        } catch let error as TokenKeyError {
            throw TokenKeyError("\(path): \(error)")
        }
    }
}
