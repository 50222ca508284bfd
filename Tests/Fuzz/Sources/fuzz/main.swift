import CLibFuzzer
import Foundation

/// Runs one fuzz target: `fuzz TARGET [libFuzzer options] [corpus directories]`.
let targets: [String: FuzzTarget] = [
    "v1": v1Target,
    "v2-text": v2TextTarget,
    "v2-binary": v2BinaryTarget,
    "broadcast-envelope": broadcastEnvelopeTarget,
]

guard CommandLine.argc > 1, let target = targets[CommandLine.arguments[1]] else {
    print("usage: fuzz \(targets.keys.sorted().joined(separator: "|")) [libFuzzer options] [corpus directories]")
    exit(2)
}

// libFuzzer reads the program's name first, then the options.
var argumentCount = CommandLine.argc - 1
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = CommandLine.unsafeArgv + 1
exit(LLVMFuzzerRunDriver(&argumentCount, &arguments, target))
