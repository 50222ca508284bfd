internal import FoundationEssentials

extension Data {
    /// Decodes base64url without padding (RFC 7515 section 2); nil if it is anything else.
    init?(base64URL text: some StringProtocol) {
        var bytes = Data()
        bytes.reserveCapacity(text.utf8.count + 3)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"): bytes.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): bytes.append(UInt8(ascii: "/"))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                bytes.append(byte)
            default: return nil
            }
        }
        bytes.append(contentsOf: [UInt8](repeating: UInt8(ascii: "="), count: (4 - bytes.count % 4) % 4))
        self.init(base64Encoded: bytes)
    }

    /// The bytes in base64url without padding.
    var base64URL: String {
        base64EncodedString()
            .replacing("+", with: "-")
            .replacing("/", with: "_")
            .replacing("=", with: "")
    }
}
