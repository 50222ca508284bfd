internal import ChannelSocket

extension Assigns {
    /// What a verified token says about the client, if it had one.
    var claims: AuthenticatedClaims? {
        self[AuthenticatedClaims.assign] as? AuthenticatedClaims
    }
}
