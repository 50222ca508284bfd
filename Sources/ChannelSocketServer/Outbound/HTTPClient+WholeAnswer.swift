package import AsyncHTTPClient
package import NIOCore
package import NIOHTTP1

extension HTTPClient {
    /// Sends a request and takes the whole answer, both within one time.
    ///
    /// The timeout of `execute` is over once the head of the answer is there: a server that never ends the body would
    /// keep its client for ever.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - timeout: how long it may take, until the last byte of the answer.
    ///   - maxBytes: how large the body may be.
    /// - Returns: status and body.
    /// - Throws: `HTTPClientError.deadlineExceeded` when the time is over, and what the connection fails with.
    package func wholeAnswer(
        to request: HTTPClientRequest, within timeout: TimeAmount, maxBytes: Int
    ) async throws -> (status: HTTPResponseStatus, body: ByteBuffer) {
        try await withThrowingTaskGroup(of: (status: HTTPResponseStatus, body: ByteBuffer).self) { tasks in
            tasks.addTask {
                let response = try await self.execute(request, timeout: timeout)
                return (response.status, try await response.body.collect(upTo: maxBytes))
            }
            tasks.addTask {
                try await _Concurrency.Task.sleep(for: .nanoseconds(timeout.nanoseconds))
                throw HTTPClientError.deadlineExceeded
            }
            defer { tasks.cancelAll() }
            // There are two tasks, so there is a first one.
            guard let answer = try await tasks.next() else { throw HTTPClientError.deadlineExceeded }
            return answer
        }
    }
}
