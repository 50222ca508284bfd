import Foundation
import NIOCore
import PhoenixWire
import Testing

/// Randomly damaged input: the decoders never trap, and judge JSON as Foundation does.
@Suite struct MutationTests {
    private static let seeds: [UInt64] = [11, 12, 13, 14]

    private static let frames: [[UInt8]] = [
        Array(#"["1","2","room:lobby","new_msg",{"body":"hi","n":[1,2.5e3,{"a":null}]}]"#.utf8),
        Array(#" [ null , 7 , "room:g\u00e9\ud83d\ude00" , "e" , { "a" : 1 , "a" : 2 } , "more" ] "#.utf8),
        Array(#"{"topic":"room:lobby","event":"new_msg","payload":{"é":"日本 😀"},"ref":"1","join_ref":null}"#.utf8),
        [0, 1, 1, 10, 3] + Array("12room:lobbybinbytes".utf8),
        [2, 10, 3] + Array("room:lobbybinbytes".utf8),
        Array(#"{"event":"new_msg","payload":{"body":"hi"}}"#.utf8),
        Array(#"cs1 n1 n1-7 [null,null,"room:lobby","new_msg",{"body":"hi"}]"#.utf8),
        Array("cs1 n1 - ".utf8) + [2, 10, 3] + Array("room:lobbybinbytes".utf8),
    ]

    @Test("no damaged frame makes a decoder trap or give a payload that is not JSON", arguments: seeds)
    func decoders(_ seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        var accepted = 0
        for round in 0..<4000 {
            let bytes = values.mutated(Self.frames[round % Self.frames.count])
            let frame = ByteBuffer(bytes: bytes)
            var payloads: [Payload] = []
            for serializer in Serializer.allCases {
                for decoded in [try? serializer.decode(text: frame), try? serializer.decode(binary: frame)] {
                    guard case .message(let message) = decoded else { continue }
                    payloads.append(message.payload)
                    for ref in [message.joinRef, message.ref] {
                        #expect(throws: Never.self, "seed \(seed)") { try Payload(json: ref.json) }
                    }
                }
            }
            if let envelope = try? BroadcastEnvelope.decode(frame, topic: "room:lobby") {
                payloads.append(envelope.broadcast.payload)
            }
            accepted += payloads.count
            for case .json(let json) in payloads {
                #expect(try Payload(json: json) == .json(json), "seed \(seed): \(json.text)")
            }
        }
        #expect(accepted > 100)
    }

    /// Where Foundation and RFC 8259 differ, its verdict is not asked for.
    ///
    /// It takes a byte order mark and UTF-16 and UTF-32 (which it recognises by zero bytes), it takes a comma before a
    /// closing brace, and it refuses numbers beyond the range of a Double.
    private func isComparable(_ bytes: [UInt8]) -> Bool {
        let isOtherEncoding =
            bytes.contains(0) || [[0xEF, 0xBB], [0xFE, 0xFF], [0xFF, 0xFE]].contains(Array(bytes.prefix(2)))
        let text = String(decoding: bytes, as: UTF8.self)
        return !isOtherEncoding && !text.contains(/,\s*}/) && !text.contains(/[eE][+-]?[0-9]{3,}/)
    }

    @Test("the scanner accepts what Foundation accepts", arguments: seeds)
    func foundation(_ seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        var verdicts = [true: 0, false: 0]
        for _ in 0..<4000 {
            let bytes = values.mutated(Array((values.space() + values.json() + values.space()).utf8))
            guard isComparable(bytes) else { continue }
            let foundation = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            let scanner = (try? Payload(json: ByteBuffer(bytes: bytes))) != nil
            #expect(scanner == foundation, "seed \(seed): \(bytes) \(String(decoding: bytes, as: UTF8.self))")
            verdicts[scanner, default: 0] += 1
        }
        #expect(verdicts.values.allSatisfy { $0 > 300 })
    }
}
