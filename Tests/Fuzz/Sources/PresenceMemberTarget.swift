import ChannelSocket
import NIOCore
import PhoenixWire

@testable import ChannelSocketRedis

/// Decodes a member as a topic's hash in Redis has it; its meta must be an object as clients get it, and the member the
/// same when it is written and decoded again.
let presenceMemberTarget: FuzzTarget = { input in
    guard let value = RESPValue.string(frame(input)).text, let (owner, member) = RedisPresenceStore.member("r1", value)
    else { return }
    precondition(owner.utf8.count + member.meta.utf8.count < input.count)
    mustBeObject(.json(ByteBuffer(string: member.meta)))
    let key = Payload.literal(member.key)
    let again = RedisPresenceStore.member("r1", "\(owner)\t\(member.joinedAt)\t\(key)\t\(member.meta)")
    precondition(again?.owner == owner && again?.1 == member)
}
