internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

extension Response {
    /// An answer with a JSON body that nobody keeps.
    ///
    /// - Parameters:
    ///   - value: what the body says.
    ///   - status: the status.
    ///   - names: how the names of members are written.
    /// - Returns: the answer.
    /// - Throws: what encoding throws.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok,
        names: JSONEncoder.KeyEncodingStrategy = .useDefaultKeys
    ) throws -> Response {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = names
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var body = ByteBuffer(bytes: try encoder.encode(value))
        body.writeString("\n")
        return Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: body)
        )
    }
}
