@preconcurrency internal import Dispatch
internal import Foundation

/// Reads what a process writes into a pipe, until the process has ended and the pipe is empty.
///
/// Not until the end of the pipe, since that only comes when nobody holds its other side any more: a grandchild might,
/// or another child that was started at the same moment.
final class ProcessOutput: Sendable {
    private let queue = DispatchQueue(label: "process output")
    private let source: any DispatchSourceRead
    private let descriptor: Int32
    private let receive: @Sendable ([UInt8]) -> Void

    /// Starts reading.
    ///
    /// - Parameters:
    ///   - descriptor: the reading side of the pipe, which is closed in the end.
    ///   - receive: takes each chunk, one after the other.
    init(_ descriptor: Int32, receive: @escaping @Sendable ([UInt8]) -> Void) {
        self.descriptor = descriptor
        self.receive = receive
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [weak self] in self?.drain() }
        // Not earlier: closing a descriptor that is still watched breaks libdispatch.
        source.setCancelHandler { close(descriptor) }
        source.resume()
    }

    deinit {
        source.cancel()
    }

    /// Reads what is left after the process has ended, then stops.
    ///
    /// - Parameter done: called after the last chunk.
    func finish(_ done: @escaping @Sendable () -> Void) {
        queue.async { [self] in
            drain()
            source.cancel()
            done()
        }
    }

    private func drain() {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while !source.isCancelled {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { source.cancel() }
            guard count > 0 else { return }
            receive(Array(chunk[..<count]))
        }
    }
}
