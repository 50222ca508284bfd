internal import Foundation
internal import Synchronization

/// Reads what a process writes into a pipe, until the process has ended and the pipe is empty.
///
/// Not until the end of the pipe, since that only comes when nobody holds its other side any more: a grandchild might,
/// or another child that was started at the same moment. A plain thread reads, as cancelling dispatch sources at the
/// end of a pipe crashes libdispatch on Linux now and then.
final class ProcessOutput: Sendable {
    private let descriptor: Int32
    /// A byte in this pipe wakes the thread when the process has ended.
    private let wake: (reading: Int32, writing: Int32)
    private let receive: @Sendable ([UInt8]) -> Void
    private let done = Mutex<(@Sendable () -> Void)?>(nil)

    /// Starts reading.
    ///
    /// - Parameters:
    ///   - descriptor: the reading side of the pipe, which is closed in the end.
    ///   - receive: takes each chunk, one after the other.
    /// - Throws: ``TestingError`` of code `unusable` when there are no more descriptors.
    init(_ descriptor: Int32, receive: @escaping @Sendable ([UInt8]) -> Void) throws {
        self.descriptor = descriptor
        self.receive = receive
        wake = try Self.makePipe()
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        Thread.detachNewThread { [self] in run() }
    }

    /// Reads what is left after the process has ended, then stops; to be called once.
    ///
    /// - Parameter done: called after the last chunk.
    func finish(_ done: @escaping @Sendable () -> Void) {
        self.done.withLock { $0 = done }
        var byte: UInt8 = 1
        _ = write(wake.writing, &byte, 1)
    }

    /// Makes a pipe that children do not inherit.
    static func makePipe() throws -> (reading: Int32, writing: Int32) {
        var descriptors: [Int32] = [-1, -1]
        guard pipe(&descriptors) == 0 else { throw TestingError(.unusable, "cannot make a pipe") }
        for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return (descriptors[0], descriptors[1])
    }

    private func run() {
        var watched = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wake.reading, events: Int16(POLLIN), revents: 0),
        ]
        while watched[1].revents == 0 {
            _ = poll(&watched, 2, -1)
            // At its end the pipe would wake the thread all the time; negative descriptors are not watched.
            if drain() { watched[0].fd = -1 }
        }
        for descriptor in [descriptor, wake.reading, wake.writing] { close(descriptor) }
        done.withLock { $0 }?()
    }

    /// Reads all there is.
    ///
    /// - Returns: whether the pipe has ended.
    private func drain() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return count == 0 }
            receive(Array(chunk[..<count]))
        }
    }
}
