internal import HTTPTypes
internal import Hummingbird

/// What went wrong with a request, as `application/problem+json` (RFC 9457).
struct Problem: HTTPResponseError {
    /// The status.
    let status: HTTPResponse.Status
    /// What is wrong with this very request.
    let detail: String
    /// More header fields.
    let headers: HTTPFields

    /// Creates a problem.
    init(_ status: HTTPResponse.Status, _ detail: String, headers: HTTPFields = [:]) {
        self.status = status
        self.detail = detail
        self.headers = headers
    }

    /// The problem behind an error.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as any HTTPResponseError where error.status == .contentTooLarge:
            self.init(.contentTooLarge, "the body is larger than \(APIController.maxBodyBytes) bytes")
        case let error as HTTPError:
            self.init(error.status, error.body ?? error.status.reasonPhrase, headers: error.headers)
        case let error as any HTTPResponseError: self.init(error.status, error.status.reasonPhrase)
        default: self.init(.internalServerError, "the server made a mistake")
        }
    }

    private struct Document: Encodable {
        // No types of our own: the status and the title say it all.
        var type = "about:blank"
        var title: String
        var status: Int
        var detail: String
    }

    /// The answer.
    func response(from request: Request, context: some RequestContext) throws -> Response {
        let document = Document(title: status.reasonPhrase, status: status.code, detail: detail)
        var response = try Response.json(document, status: status)
        response.headers.append(contentsOf: headers)
        response.headers[.contentType] = "application/problem+json"
        return response
    }
}
