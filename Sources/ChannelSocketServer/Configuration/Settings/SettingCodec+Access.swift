#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension SettingCodec where Value: RawRepresentable & CaseIterable & Equatable & Sendable, Value.RawValue == String {
    /// One of the words of an enumeration.
    static var word: Self {
        let words = Value.allCases.map(\.rawValue)
        return SettingCodec(
            "one of \(words.joined(separator: ", "))",
            show: { $0.rawValue },
            parse: { text in Value.allCases.first { $0.rawValue.lowercased() == text.lowercased() } }
        )
    }
}

extension SettingCodec {
    /// Several words of an enumeration.
    static func words<Element>() -> Self
    where
        Value == Set<Element>, Element: RawRepresentable & CaseIterable & Sendable, Element.RawValue == String
    {
        let words = Element.allCases.map(\.rawValue)
        return SettingCodec(
            listOf: words.joined(separator: ", "),
            show: { set in "[\(Element.allCases.filter { set.contains($0) }.map(\.rawValue).joined(separator: ", "))]"
            },
            parse: { texts throws(SettingProblem) in
                var set: Set<Element> = []
                for text in texts {
                    guard let element = Element(rawValue: text) else {
                        throw SettingProblem(text, not: "a list of \(words.joined(separator: ", "))")
                    }
                    set.insert(element)
                }
                return set
            }
        )
    }
}

extension SettingCodec where Value == String {
    /// The URL of something that is asked over HTTP.
    static var httpURL: Self {
        text("a URL that begins with http:// or https:// and names a host") { text in
            guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty else { return false }
            return text.hasPrefix("http://") || text.hasPrefix("https://")
        }
    }
}
