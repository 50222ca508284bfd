internal import NIOCore
internal import PhoenixWire

/// Something that was sent and is to be replied to.
struct PendingReply {
    enum Kind: Equatable {
        case join
        case push
        case leave
    }

    var kind: Kind
    var topic: String
    /// Takes the response of an `ok`, or the error.
    var promise: EventLoopPromise<Payload>
    var deadline: Scheduled<Void>
}
