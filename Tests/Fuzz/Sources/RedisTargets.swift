import ChannelSocket
import NIOCore
import PhoenixWire

@testable import ChannelSocketRedis

/// Reads Redis' replies, at once and byte by byte; both must come to the same.
let respTarget: FuzzTarget = { input in
    let bytes = frame(input)
    let whole = replies(in: bytes, pieces: max(1, input.count))
    let inPieces = replies(in: bytes, pieces: 1)
    precondition(whole == inPieces, "at once \(whole), in pieces \(inPieces)")
}

/// Decodes presence diffs as they come from Redis.
let presenceDiffTarget: FuzzTarget = { input in
    let diff = frame(input)
    guard let diff = try? PresenceStoreDiff(published: .json(diff)) else { return }
    for member in diff.joins + diff.leaves {
        mustSucceed {
            let meta = try Payload(json: member.meta)
            precondition(meta.isJSONObject)
        }
    }
}

private struct Replies: Hashable {
    var values: [RESPValue] = []
    var isRefused = false
}

private func replies(in bytes: ByteBuffer, pieces size: Int) -> Replies {
    var bytes = bytes
    var reader = RedisReader(maxReplyBytes: 1 << 20, maxElements: 1 << 10)
    var replies = Replies()
    do throws(RESPError) {
        while let piece = bytes.readSlice(length: min(size, bytes.readableBytes)), piece.readableBytes > 0 {
            try reader.feed(piece)
            while let reply = try reader.next() {
                _ = reply.errorMessage
                reply.withPubSubEvent { kind, channel, payload in
                    precondition(kind.count + channel.count + payload.count <= 1 << 20)
                }
                replies.values.append(reply.value)
            }
        }
    } catch {
        replies.isRefused = true
    }
    return replies
}
