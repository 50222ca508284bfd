import Foundation

/// What can be fuzzed, by name.
private let targets: [String: FuzzTarget] = [
    "v1": v1Target,
    "v2-text": v2TextTarget,
    "v2-binary": v2BinaryTarget,
    "broadcast-envelope": broadcastEnvelopeTarget,
    "presence-diff": presenceDiffTarget,
    "resp": respTarget,
    "websocket": webSocketTarget,
    "connect-params": connectParamsTarget,
    "subprotocols": subprotocolsTarget,
    "origin": originTarget,
    "forwarded": forwardedTarget,
    "presence-member": presenceMemberTarget,
    "traceparent": traceParentTarget,
    "token": tokenTarget,
    "token-claims": tokenClaimsTarget,
    "broadcast-request": broadcastRequestTarget,
    "webhook-answer": webhookAnswerTarget,
    "server-text": serverTextTarget,
    "server-binary": serverBinaryTarget,
]

/// Set by ``initialize(_:_:)`` before the first input, by the only thread there is.
nonisolated(unsafe) private var target: FuzzTarget = { _ in }

/// Called by libFuzzer's main function before it reads its options: takes the name of the target out of them.
@_cdecl("LLVMFuzzerInitialize")
func initialize(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
    let name = count.pointee > 1 ? arguments.pointee[1].map { String(cString: $0) } : nil
    guard let name, let chosen = targets[name] else {
        print(targets.keys.sorted().joined(separator: "\n"))
        exit(name == "targets" ? 0 : 2)
    }
    target = chosen
    arguments.pointee[1] = arguments.pointee[0]
    arguments.pointee += 1
    count.pointee -= 1
    return 0
}

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target(UnsafeRawBufferPointer(start: start, count: count))
    return 0
}
