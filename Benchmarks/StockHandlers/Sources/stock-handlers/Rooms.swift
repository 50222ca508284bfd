import NIOCore

/// The members of each topic.
///
/// Confined to the loop.
final class Rooms {
    var members: [String: [ObjectIdentifier: ChannelHandlerContext]] = [:]
}
