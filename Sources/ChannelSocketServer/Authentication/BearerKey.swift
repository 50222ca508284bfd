internal import Crypto
internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird

/// The one key that opens a page, which requests bring as `Authorization: Bearer`.
struct BearerKey: Sendable {
    /// Why a request is refused; the value is the end of a counter's name.
    enum Refusal: String {
        /// It brings no key.
        case missing
        /// It brings another.
        case unknown
    }

    private let digest: SHA256Digest

    /// Creates a key.
    init(_ secret: Secret) {
        digest = SHA256.hash(data: Data(secret.exposed.utf8))
    }

    /// Looks for a reason to refuse a request; nil if it brings the key.
    ///
    /// Digests are compared, in constant time, so that the time tells nothing about the key.
    func refusal(of request: Request) -> Refusal? {
        guard let credentials = BearerCredentials(request) else { return .missing }
        return SHA256.hash(data: Data(credentials.token.utf8)) == digest ? nil : .unknown
    }
}
