import FoundationEssentials

@testable import ChannelSocketServer

/// Takes tokens apart as clients send them; nothing of what was sent may be lost or taken for something else.
let tokenTarget: FuzzTarget = { input in
    guard let token = String(validating: input, as: UTF8.self) else { return }
    do throws(TokenError) {
        let parts = try TokenParts(token)
        let sent = token.split(separator: ".", omittingEmptySubsequences: false)
        precondition(sent.count == 3 && parts.signed == Data("\(sent[0]).\(sent[1])".utf8))
        // The last letter may have bits to spare, but the length is always that of the bytes.
        precondition(parts.payload.base64URL.utf8.count == sent[1].utf8.count)
        precondition(parts.signature.base64URL.utf8.count == sent[2].utf8.count)
    } catch {
        precondition(error.code == .malformed && !error.description.isEmpty)
    }
}

/// Makes a token of three lines, its header, claims and signature, and takes it apart: claims and signature must be
/// what they were, and claims that decode the same when they are written and decoded again.
let tokenClaimsTarget: FuzzTarget = { input in
    let lines = input.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
    guard lines.count == 3, let parts = try? TokenParts(lines.map { Data($0).base64URL }.joined(separator: "."))
    else { return }
    precondition(parts.payload == Data(lines[1]) && parts.signature == Data(lines[2]))
    guard let claims = try? JSONDecoder().decode([String: ClaimValue].self, from: parts.payload) else { return }
    let compared = claims.mapValues(\.compared)
    // Foundation decodes arrays and objects that are nested deeper than it encodes.
    guard let written = try? JSONEncoder().encode(claims) else { return }
    mustSucceed {
        let decoded = try JSONDecoder().decode([String: ClaimValue].self, from: written)
        precondition(decoded.mapValues(\.compared) == compared)
    }
}

extension ClaimValue {
    /// The value with all numbers in one form: one that was rounded to a whole number comes back as an integer.
    fileprivate var compared: ClaimValue {
        switch self {
        case .integer(let integer): return .number(Double(integer))
        case .number(let number):
            precondition(number.isFinite, "a number that can't be written")
            return self
        case .array(let elements): return .array(elements.map(\.compared))
        case .object(let members): return .object(members.mapValues(\.compared))
        case .null, .bool, .string: return self
        }
    }
}
