import Foundation
import Testing

/// A recorded or written conversation with a server, to be replayed and compared frame by frame.
struct Dialogue: Decodable, Sendable, CustomTestStringConvertible {
    /// A message or frame that must come.
    struct Expected: Decodable, Sendable {
        var text: String?
        /// A binary message, in hexadecimal.
        var hex: String?
        /// A pong, its payload in hexadecimal.
        var pong: String?
        /// The code of a close frame.
        var close: UInt16?
        var reason: String?
    }

    /// The answer to a handshake.
    struct Handshake: Decodable, Sendable {
        var status: Int
        var headers: [String: String]
        var body: String?
    }

    /// A frame that is sent as it is, valid or not.
    struct RawFrame: Decodable, Sendable {
        var opcode: UInt8
        var text: String?
        var hex: String?
        var fin: Bool?
        var rsv: UInt8?
        var mask: Bool?
    }

    /// What is done, and what must come of it before the next step.
    struct Step: Sendable {
        enum Action: Sendable {
            case open(path: String, protocols: [String], headers: [String: String?])
            case text(String)
            case binary(String)
            case frame(RawFrame)
            case close(code: UInt16?, reason: String)
        }

        var connection: String
        var action: Action
        var handshake: Handshake?
        /// What each connection must get; one that is not named must get nothing.
        var frames: [String: [Expected]]
        /// Whether the next step follows without waiting.
        var more: Bool
        var unordered: Bool
        /// The connections that are looked at, all if nil: what others get may differ from run to run.
        var only: [String]?
    }

    var name: String
    var about: String
    var steps: [Step]

    var testDescription: String { name }
}

extension Dialogue.Step: Decodable {
    private enum Key: String, CodingKey {
        case `do`, conn, path, protocols, headers, text, hex, frame, code, reason, got, more, unordered, only
    }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        connection = try values.decode(String.self, forKey: .conn)
        more = try values.decodeIfPresent(Bool.self, forKey: .more) ?? false
        unordered = try values.decodeIfPresent(Bool.self, forKey: .unordered) ?? false
        only = try values.decodeIfPresent([String].self, forKey: .only)
        frames = [:]
        if values.contains(.got) {
            let got = try values.nestedContainer(keyedBy: Name.self, forKey: .got)
            for key in got.allKeys where key.stringValue != "handshake" {
                frames[key.stringValue] = try got.decode([Dialogue.Expected].self, forKey: key)
            }
            handshake = try got.decodeIfPresent(Dialogue.Handshake.self, forKey: Name(stringValue: "handshake"))
        }
        let what = try values.decode(String.self, forKey: .do)
        switch what {
        case "open":
            action = .open(
                path: try values.decode(String.self, forKey: .path),
                protocols: try values.decodeIfPresent([String].self, forKey: .protocols) ?? [],
                headers: try values.decodeIfPresent([String: String?].self, forKey: .headers) ?? [:]
            )
        case "close":
            action = .close(
                code: try values.decodeIfPresent(UInt16.self, forKey: .code),
                reason: try values.decodeIfPresent(String.self, forKey: .reason) ?? ""
            )
        case "send" where values.contains(.frame):
            action = .frame(try values.decode(Dialogue.RawFrame.self, forKey: .frame))
        case "send" where values.contains(.hex):
            action = .binary(try values.decode(String.self, forKey: .hex))
        case "send":
            action = .text(try values.decode(String.self, forKey: .text))
        default:
            throw DecodingError.dataCorruptedError(forKey: .do, in: values, debugDescription: "unknown step \(what)")
        }
    }
}
