public import ChannelSocket
public import PhoenixWire

/// Has a say in what happens in a declared channel, after the channel's own rules: a backend behind a webhook.
public protocol DeclaredChannelHook: Sendable {
    /// Decides about a join that the rules allow.
    ///
    /// - Parameters:
    ///   - member: who wants to join what.
    ///   - payload: the join's payload.
    /// - Returns: what the member gets.
    /// - Throws: `JoinRefused` to refuse.
    func join(_ member: DeclaredMember, _ payload: Payload) async throws(JoinRefused) -> DeclaredJoin

    /// Decides about an event that the rules allow.
    ///
    /// - Parameters:
    ///   - member: who sent it.
    ///   - event: the event.
    ///   - payload: its payload.
    /// - Returns: what becomes of it.
    func push(_ member: DeclaredMember, _ event: String, _ payload: Payload) async -> DeclaredPush

    /// Hears of the end of a channel that was joined.
    ///
    /// - Parameters:
    ///   - member: who was there.
    ///   - reason: what ended it.
    func leave(_ member: DeclaredMember, _ reason: TerminateReason) async
}
