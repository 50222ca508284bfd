// Two ways to share memory, to see that the thread sanitizer accepts the right one and finds the other.
import Dispatch
import Synchronization

final class Locked: Sendable {
    let numbers = Mutex([0])
}

final class Unlocked: @unchecked Sendable {
    var number = 0
}

let locked = Locked()
let unlocked = Unlocked()
let isUnlocked = CommandLine.arguments.count > 1
DispatchQueue.concurrentPerform(iterations: 8) { _ in
    for _ in 0..<20_000 {
        locked.numbers.withLock { $0[0] += 1 }
        if isUnlocked { unlocked.number += 1 }
    }
}
