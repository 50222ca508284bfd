import Testing

@testable import ChannelSocket

@Suite("UTF-8 validator", .timeLimit(.minutes(1)))
struct UTF8ValidatorTests {
    private func isValid(_ bytes: [UInt8]) -> Bool {
        var validator = UTF8Validator()
        return bytes.withUnsafeBytes { validator.validate($0) } && validator.isComplete
    }

    private func isValidByteByByte(_ bytes: [UInt8]) -> Bool {
        var validator = UTF8Validator()
        for byte in bytes {
            guard withUnsafeBytes(of: byte, { validator.validate($0) }) else { return false }
        }
        return validator.isComplete
    }

    @Test("agrees with the standard library on every character and its neighbours")
    func everyScalar() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            #expect(isValid(Array(String(Character(scalar)).utf8)))
        }
    }

    @Test("agrees with the standard library on random bytes")
    func randomBytes() {
        var random = SplitMix64(seed: 42)
        // Bytes at the edges of the ranges, so that valid sequences come up often enough.
        let edges: [UInt8] = [
            0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
            0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        var valid = 0
        for _ in 0..<200_000 {
            let bytes = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? edges[Int.random(in: edges.indices, using: &random)] : UInt8.random(in: 0...255, using: &random)
            }
            let expected = String(validating: bytes, as: UTF8.self) != nil
            valid += expected ? 1 : 0
            #expect(isValid(bytes) == expected)
            #expect(isValidByteByByte(bytes) == expected)
        }
        #expect(valid > 10_000)
    }

    @Test("finds a bad byte at every place of a long text")
    func places() {
        for length in 1...40 {
            for place in 0..<length {
                var bytes = Array(repeating: UInt8(ascii: "a"), count: length)
                bytes[place] = 0xFF
                #expect(!isValid(bytes))
            }
        }
    }
}
