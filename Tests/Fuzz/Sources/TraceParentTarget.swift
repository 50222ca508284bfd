@testable import ChannelSocketServer

/// Reads a `traceparent` header field; what is written on must be a valid one with the same identities.
let traceParentTarget: FuzzTarget = { input in
    guard let header = String(validating: input, as: UTF8.self), let parent = TraceParent(header: header)
    else { return }
    let written = parent.header
    precondition(written.utf8.count == 55 && TraceParent(header: written) == parent)
    precondition(header.utf8.dropFirst(2).prefix(51).elementsEqual(written.utf8.dropFirst(2).prefix(51)))
    // Only a later version may say more.
    precondition(header.utf8.count == 55 || header.utf8.count > 55 && !header.hasPrefix("00"))
}
