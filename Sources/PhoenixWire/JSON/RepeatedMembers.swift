internal import NIOCore

/// The members whose name an earlier member of the same object has: of such members the first one wins.
///
/// Source: Jason, Phoenix' JSON decoder, does so. Sending both on would let clients see another message than the
/// one a handler approved.
struct RepeatedMembers: Sequence, IteratorProtocol {
    private let bytes: UnsafeRawBufferPointer
    private var index = 0
    private var lastComma = 0
    private var isKeyDue = false
    /// The numbers of the open objects, 0 for an open array.
    private var containers: [Int] = []
    private var objectCount = 0
    private var seen: MemberKeySet

    /// Starts at the beginning.
    ///
    /// - Parameter bytes: valid JSON.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        seen = MemberKeySet(bytes)
    }

    /// The JSON without repeated members, the same buffer if there are none.
    ///
    /// - Parameter json: valid JSON.
    /// - Returns: the JSON.
    static func removed(from json: ByteBuffer) -> ByteBuffer {
        json.withUnsafeReadableBytes { bytes in
            var result = ByteBuffer()
            var copied = 0
            for member in RepeatedMembers(bytes) {
                result.writeBytes(bytes[copied..<member.lowerBound])
                copied = member.upperBound
            }
            guard copied > 0 else { return json }
            result.writeBytes(bytes[copied...])
            return result
        }
    }

    /// The next repeated member, from the comma before it to the comma or brace after it.
    mutating func next() -> Range<Int>? {
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"):
                objectCount += 1
                containers.append(objectCount)
                isKeyDue = true
            case UInt8(ascii: "["):
                containers.append(0)
                isKeyDue = false
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                _ = containers.popLast()
            case UInt8(ascii: ","):
                lastComma = index
                isKeyDue = containers.last != 0
            case UInt8(ascii: "\""):
                let start = index + 1
                skipString()
                guard isKeyDue, let object = containers.last else { continue }
                isKeyDue = false
                guard !seen.insert(start..<index - 1, object: object) else { continue }
                skipToEndOfMember()
                return lastComma..<index
            default:
                break
            }
            index += 1
        }
        return nil
    }

    /// Skips the string whose opening quote is at the index.
    private mutating func skipString() {
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        index += 1
    }

    /// Skips the rest of a member, to the comma or brace after it.
    private mutating func skipToEndOfMember() {
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return }
                depth -= 1
            case UInt8(ascii: ","):
                if depth == 0 { return }
            case UInt8(ascii: "\""):
                skipString()
                continue
            default:
                break
            }
            index += 1
        }
    }
}
