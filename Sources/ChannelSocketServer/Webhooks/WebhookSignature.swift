internal import Crypto
internal import FoundationEssentials
internal import NIOCore

/// Proves to a backend that a request comes from a node: `t=SECONDS,v1=HEX`.
///
/// `HEX` is the HMAC-SHA256 of `SECONDS.BODY` with the common secret. The time keeps a recorded request from being of
/// use for long.
struct WebhookSignature {
    /// The name of the header field.
    static let header = "channelsocket-signature"

    /// The header field's value.
    let value: String

    /// Signs a body.
    init(of body: ByteBuffer, secret: String, time: Int) {
        var code = HMAC<SHA256>(key: SymmetricKey(data: Data(secret.utf8)))
        code.update(data: Data("\(time).".utf8))
        code.update(data: Data(body.readableBytesView))
        let hex = code.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        value = "t=\(time),v1=\(hex)"
    }
}
