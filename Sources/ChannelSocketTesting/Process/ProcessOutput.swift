internal import Foundation
internal import Synchronization

/// Reads what a process writes into a pipe, until the process has ended and the pipe is empty.
///
/// Not until the end of the pipe, since that only comes when nobody holds its other side any more: a grandchild might,
/// or another child that was started at the same moment.
///
/// A thread of its own does the reading: on Linux a dispatch source that is cancelled while its pipe hangs up can
/// crash libdispatch.
final class ProcessOutput: Sendable {
    /// The side of a second pipe whose closing tells the thread to finish; -1 once it is closed.
    private let end: Mutex<Int32>
    private let onEnd = OnEnd()

    private final class OnEnd: Sendable {
        let action = Mutex<(@Sendable () -> Void)?>(nil)
    }

    /// Starts reading.
    ///
    /// - Parameters:
    ///   - descriptor: the reading side of the pipe, which is closed in the end.
    ///   - receive: takes each chunk, one after the other.
    /// - Throws: ``TestingError`` of code `unusable`.
    init(_ descriptor: Int32, receive: @escaping @Sendable ([UInt8]) -> Void) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw TestingError(.unusable, "cannot make a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        end = Mutex(ends[1])
        let (onEnd, endSignal) = (onEnd, ends[0])
        Thread.detachNewThread {
            Self.read(descriptor, until: endSignal, receive: receive)
            close(descriptor)
            close(endSignal)
            onEnd.action.withLock { $0 }?()
        }
    }

    deinit {
        stop()
    }

    /// Reads what is left after the process has ended, then stops.
    ///
    /// - Parameter done: called after the last chunk.
    func finish(_ done: @escaping @Sendable () -> Void) {
        onEnd.action.withLock { $0 = done }
        stop()
    }

    private func stop() {
        end.withLock { end in
            if end >= 0 { close(end) }
            end = -1
        }
    }

    private static func read(_ descriptor: Int32, until endSignal: Int32, receive: ([UInt8]) -> Void) {
        let readable = Int16(POLLIN)
        var watched = [
            pollfd(fd: descriptor, events: readable, revents: 0), pollfd(fd: endSignal, events: readable, revents: 0),
        ]
        var isEnding = false
        while !isEnding {
            guard poll(&watched, 2, -1) > 0 else { continue }
            // Looked at before the last chunk is read: what was written before the end must not be missed.
            isEnding = watched[1].revents != 0
            var chunk = [UInt8](repeating: 0, count: 16_384)
            var count = Foundation.read(descriptor, &chunk, chunk.count)
            while count > 0 {
                receive(Array(chunk[..<count]))
                count = Foundation.read(descriptor, &chunk, chunk.count)
            }
            // At the end of the pipe poll would return at once, again and again.
            if count == 0 { watched[0].fd = -1 }
        }
    }
}
