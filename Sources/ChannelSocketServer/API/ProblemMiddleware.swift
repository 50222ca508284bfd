internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// Has every error below `/api/` answered as a ``Problem``, those of the router included.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    /// The methods of each path of the API.
    let methods: [String: [HTTPRequest.Method]]

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.uri.path.hasPrefix("/api/") else { return try await next(request, context) }
        do {
            return try await next(request, context)
        } catch {
            return try problem(error, request, context).response(from: request, context: context)
        }
    }

    private func problem(_ error: any Error, _ request: Request, _ context: Context) -> Problem {
        let problem = Problem(error)
        if problem.status == .internalServerError {
            context.logger.error("API request failed", metadata: ["error": "\(error)"])
        }
        guard error is HTTPError, problem.status == .notFound else { return problem }
        // The router knows no 405.
        guard let allowed = methods[request.uri.path], !allowed.contains(request.method) else {
            return Problem(.notFound, "there is nothing at this path")
        }
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        return Problem(.methodNotAllowed, "this path takes \(names)", headers: [.allow: names])
    }
}
