internal import ChannelSocket
internal import FoundationEssentials
internal import NIOCore
internal import PhoenixWire
internal import Synchronization

/// Decides by their tokens who may connect, and what the claims of a channel are.
///
/// A connection may carry its token in phoenix.js' `authToken`, in `Authorization: Bearer`, or in the query; the first
/// of these that is there counts.
final class SocketAuthenticator: Sendable {
    /// How often tokens were refused.
    let statistics: AuthenticationStatistics
    private let currentVerifier: Mutex<TokenVerifier>

    /// Creates an authenticator.
    ///
    /// - Parameters:
    ///   - verifier: verifies tokens.
    ///   - statistics: counts those that are refused.
    init(_ verifier: TokenVerifier, statistics: AuthenticationStatistics = .init()) {
        currentVerifier = Mutex(verifier)
        self.statistics = statistics
    }

    /// The keys and rules for what comes from now on; sockets that are open stay so until their token expires.
    var verifier: TokenVerifier {
        get { currentVerifier.withLock { $0 } }
        set { currentVerifier.withLock { $0 = newValue } }
    }

    /// The query parameter that may carry a token.
    var parameter: String { verifier.configuration.parameter }

    // MARK: Connections

    /// Decides whether a client may connect.
    ///
    /// - Parameters:
    ///   - request: what the client says.
    ///   - now: the time.
    /// - Returns: the socket id, the claims as an assign and the lifetime; or the refusal, with a text that says why.
    func connect(_ request: ConnectRequest, now: Date = Date()) async -> ConnectResult {
        let verifier = verifier
        guard let token = Self.token(of: request, parameter: verifier.configuration.parameter) else {
            guard verifier.configuration.required else { return .accept() }
            return deny(TokenError(.missing, "token missing"))
        }
        do throws(TokenError) {
            let claims = try await verifier.verify(token, now: now)
            let id = try SocketIDTemplate(verifier.configuration.socketID).id(for: claims)
            return .accept(
                id: id, assigns: [AuthenticatedClaims.assign: claims], lifetime: lifetime(of: claims, now: now)
            )
        } catch {
            return deny(error)
        }
    }

    private func deny(_ error: TokenError) -> ConnectResult {
        statistics.count(error.code)
        return .deny(status: error.status, reason: error.description)
    }

    private static func token(of request: ConnectRequest, parameter: String) -> String? {
        if let token = request.authToken { return token }
        let field = request.headers.first { $0.name == "authorization" }
        if let credentials = field.flatMap({ BearerCredentials($0.value) }) { return credentials.token }
        return request.params[parameter]
    }

    /// How long what rests on a token may last.
    ///
    /// - Parameters:
    ///   - claims: what the token says.
    ///   - now: the time.
    /// - Returns: the time until it expires; nil if it never does.
    func lifetime(of claims: AuthenticatedClaims, now: Date = Date()) -> TimeAmount? {
        guard let expiry = claims.expiry else { return nil }
        let leeway = verifier.configuration.leewaySeconds
        let seconds = expiry.timeIntervalSince(now) + Double(leeway)
        // Far more than any connection lasts, and far less than overflows.
        return .milliseconds(Int64((min(max(seconds, 0), 1e9) * 1_000).rounded(.up)))
    }

    // MARK: Joins

    /// The claims of a channel: those of its socket, and over them those of the `token` in the join's payload.
    ///
    /// The token is verified like a connection's.
    ///
    /// - Parameters:
    ///   - payload: the join's payload.
    ///   - socket: the claims of the socket.
    ///   - now: the time.
    /// - Returns: the claims; nil if there are none.
    /// - Throws: `JoinRefused` with the reason for a token that is not good, or is about somebody else.
    func claims(
        joiningWith payload: Payload, socket: AuthenticatedClaims?, now: Date = Date()
    ) async throws(JoinRefused) -> AuthenticatedClaims? {
        guard payload.isJSONObject, let token = (try? payload.decode(JoinToken.self))?.token else { return socket }
        do throws(TokenError) {
            let claims = try await verifier.verify(token, now: now)
            guard let socket else { return claims }
            return try socket.overridden(by: claims)
        } catch {
            statistics.count(error.code)
            throw JoinRefused(reason: error.description)
        }
    }

    private struct JoinToken: Decodable {
        var token: String?
    }
}

extension AuthenticatedClaims {
    /// The claims of a channel whose join brought a token.
    fileprivate func overridden(by claims: AuthenticatedClaims) throws(TokenError) -> AuthenticatedClaims {
        if let subject, let other = claims.subject, subject != other {
            throw TokenError(.wrongClaim, "token is about another subject than the socket's")
        }
        return AuthenticatedClaims(
            subject: claims.subject ?? subject,
            expiry: [expiry, claims.expiry].compactMap(\.self).min(),
            values: values.merging(claims.values) { $1 }
        )
    }
}
