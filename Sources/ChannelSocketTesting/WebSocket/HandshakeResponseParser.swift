internal import Foundation
internal import NIOCore

/// Parses the HTTP/1.1 response to a handshake, no more of HTTP than that takes.
struct HandshakeResponseParser {
    private var head: HandshakeResponse?

    /// Takes the response out of the buffer, leaving what follows it.
    ///
    /// - Parameters:
    ///   - buffer: what was received so far.
    ///   - ended: whether the connection has ended, which ends a body without length.
    /// - Returns: nil if more is needed.
    /// - Throws: ``TestingError`` of code `unexpected` when it is no HTTP response.
    mutating func parse(_ buffer: inout ByteBuffer, ended: Bool) throws -> HandshakeResponse? {
        if head == nil {
            let view = buffer.readableBytesView
            guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            head = try Self.parseHead(String(decoding: view[..<end.lowerBound], as: UTF8.self))
            buffer.moveReaderIndex(to: end.upperBound)
        }
        guard var response = head else { return nil }
        guard let body = try Self.readBody(of: response, from: &buffer, ended: ended) else { return nil }
        response.body = body
        return response
    }

    private static func parseHead(_ text: String) throws -> HandshakeResponse {
        let lines = text.components(separatedBy: "\r\n")
        let statusLine = lines[0].split(separator: " ", maxSplits: 2)
        guard statusLine.count >= 2, statusLine[0] == "HTTP/1.1", let status = Int(statusLine[1]) else {
            throw TestingError(.unexpected, "no HTTP/1.1 status line: \(lines[0])")
        }
        let headers = try lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw TestingError(.unexpected, "no header field: \(line)") }
            return (name: parts[0].lowercased(), value: parts[1].trimmingCharacters(in: .whitespaces))
        }
        return HandshakeResponse(status: status, headers: headers, body: [])
    }

    private static func readBody(
        of response: HandshakeResponse, from buffer: inout ByteBuffer, ended: Bool
    ) throws -> [UInt8]? {
        if response.status == 101 { return [] }
        if response["transfer-encoding"]?.lowercased() == "chunked" { return try readChunks(from: &buffer) }
        if let length = response["content-length"].flatMap({ Int($0) }) { return buffer.readBytes(length: length) }
        return ended ? buffer.readBytes(length: buffer.readableBytes) : nil
    }

    private static func readChunks(from buffer: inout ByteBuffer) throws -> [UInt8]? {
        var rest = buffer
        var body: [UInt8] = []
        while let line = rest.readableBytesView.firstRange(of: Array("\r\n".utf8)) {
            let text = String(decoding: rest.readableBytesView[..<line.lowerBound], as: UTF8.self)
            guard let size = Int(text, radix: 16) else { throw TestingError(.unexpected, "no chunk size: \(text)") }
            rest.moveReaderIndex(to: line.upperBound)
            guard let chunk = rest.readBytes(length: size), rest.readBytes(length: 2) != nil else { return nil }
            body += chunk
            if size == 0 {
                buffer = rest
                return body
            }
        }
        return nil
    }
}
