#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A key or password that no print, log or dump reveals.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key or password itself.
    public let exposed: String

    /// Creates a secret.
    ///
    /// - Parameter exposed: the key or password itself.
    public init(_ exposed: String) {
        self.exposed = exposed
    }

    /// Stars.
    public var description: String { "***" }

    /// Stars.
    public var debugDescription: String { description }

    /// Shows nothing to `dump` either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SettingCodec where Value == Secret {
    /// A secret: the text itself, `file:PATH` or `env:NAME`.
    ///
    /// - Parameter shortest: how many bytes it must have at least.
    /// - Returns: the codec.
    static func secret(ofAtLeast shortest: Int = 1) -> Self {
        SettingCodec(
            "a secret, file:PATH or env:NAME",
            isSecret: true,
            show: { _ in "***" },
            identity: { $0.exposed },
            parse: { text, context throws(SettingProblem) in
                let secret = try resolve(text, context)
                guard secret.exposed.utf8.count >= shortest else {
                    throw SettingProblem("must have at least \(shortest) bytes")
                }
                return secret
            }
        )
    }

    private static func resolve(_ text: String, _ context: SettingContext) throws(SettingProblem) -> Secret {
        if text.hasPrefix("file:") { return try secretFile(String(text.dropFirst("file:".count)), context) }
        guard text.hasPrefix("env:") else { return Secret(text) }
        let name = String(text.dropFirst("env:".count))
        guard let value = context.environment[name], !value.isEmpty else {
            throw SettingProblem("refers to the variable \(name), which is not set")
        }
        return Secret(value)
    }

    /// Reads a secret without the line end that editors leave.
    private static func secretFile(_ path: String, _ context: SettingContext) throws(SettingProblem) -> Secret {
        context.refer(to: path)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingProblem("refers to the file \(path), which cannot be read")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw SettingProblem("refers to the file \(path), which is not a text")
        }
        let trimmed = text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
        return Secret(trimmed)
    }
}
