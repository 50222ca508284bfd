internal import Foundation

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What a command prints: results to standard output, all else to standard error.
struct CommandOutput: Sendable {
    /// Some looks of text on a terminal, as the numbers of `ESC [ n m`.
    enum Style: String, Sendable {
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
        case bold = "1"
    }

    /// Whether a person reads standard output.
    let isTerminal: Bool
    /// Whether it is coloured: `NO_COLOR` and `TERM=dumb` say no.
    let isColored: Bool

    /// Looks at standard output and the environment.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        isTerminal = isatty(STDOUT_FILENO) == 1
        isColored = isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    /// Prints a line at once, though others may read it through a pipe.
    func print(_ line: String) {
        Swift.print(line)
        fflush(nil)
    }

    /// Tells the user something that is no result.
    static func note(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }

    /// The text in a style, plain where there are no colours.
    func styled(_ text: String, _ style: Style) -> String {
        isColored ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The text without what would command the terminal: control characters and those that turn writing around.
    static func harmless(_ text: String) -> String {
        var harmless = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069:
                harmless += "\\u{\(String(scalar.value, radix: 16))}"
            default: harmless.unicodeScalars.append(scalar)
            }
        }
        return harmless
    }
}
