internal import ChannelSocket
internal import NIOCore
internal import PhoenixWire

/// A member of a declared channel.
///
/// Whatever a member sends is refused with the reason, or goes to the others as the declaration says and is answered
/// with `ok`. A member with a presence key is present, and gets the presence of the topic.
struct DeclaredChannel: ChannelCallbacks {
    let joinReply: Payload

    private let channels: DeclaredChannels
    private var rules: DeclaredRules?
    private let hookOfJoin: (any DeclaredChannelHook)?
    private var generation: Int
    private var member: DeclaredMember
    private let place: TopicOccupancy.Place?
    private var bucket: ChannelRateBucket?

    /// Decides about a join.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - payload: the join's payload; may have a token.
    ///   - socket: the channel's socket.
    ///   - rules: the rules of the topic.
    ///   - generation: the generation that the rules belong to, which is not the newest if they were replaced just now.
    ///   - channels: all declared channels.
    /// - Throws: `JoinRefused` with `unauthorized`, `forbidden`, `full`, or what a token or hook was refused with.
    init(
        joining topic: String, _ payload: Payload, _ socket: Socket, under rules: DeclaredRules,
        of generation: Int, in channels: DeclaredChannels
    ) async throws {
        self.generation = generation
        let claims = try await channels.claims(payload, socket)
        if let reason = rules.refusal(ofJoining: topic, claims) {
            channels.statistics.count(.refusedJoins)
            throw JoinRefused(reason: reason)
        }
        if let limit = rules.declaration.maxMembers {
            place = channels.occupancy.takePlace(in: topic, of: limit)
            guard place != nil else {
                channels.statistics.count(.fullTopics)
                throw JoinRefused(reason: "full")
            }
        } else {
            place = nil
        }
        var member = DeclaredMember(
            topic: topic, wildcard: rules.wildcard(in: topic), claims: claims, socketID: socket.id,
            subscriber: socket.subscriberID, assigns: socket.assigns
        )
        var reply = channels.joinReply
        if let hook = rules.hook {
            let answer = try await hook.join(member, payload)
            for (name, value) in answer.assigns { socket.assign(name, value) }
            member.assigns.merge(answer.assigns) { _, new in new }
            reply = answer.reply ?? reply
        }
        joinReply = reply
        self.channels = channels
        self.rules = rules
        hookOfJoin = rules.hook
        self.member = member
        bucket = rules.declaration.rate.map { ChannelRateBucket($0, now: .now()) }
    }

    func joined(socket: Socket) async throws {
        guard let declaration = rules?.declaration, let source = declaration.presenceKey,
            let key = member.value(of: source)?.text, !key.isEmpty
        else { return }
        var meta: [String: ClaimValue] = [:]
        for source in declaration.presenceMeta {
            meta[source.name] = member.value(of: source)
        }
        do {
            try await socket.track(key, meta.isEmpty ? channels.joinReply : Payload.encoding(meta))
        } catch let error as PresenceError where error.code != .ended {
            // A name that can't be tracked, or a room that is full, is no reason to go.
            try socket.push("presence_refused", .reason(error.code.description))
        }
        socket.pushPresenceState()
    }

    mutating func handleInImmediately(
        _ event: String, _ payload: Payload, socket: Socket
    ) throws -> ChannelResponse? {
        followReload()
        guard let rules else { return refuse("not allowed any more") }
        if let reason = rules.refusal(of: event, payload) { return refuse(reason) }
        if let rate = rules.declaration.rate, bucket?.take(rate, now: .now()) == false {
            return refuse("rate limited")
        }
        // A hook is asked over the network, in `handleIn`.
        guard rules.hook == nil else { return nil }
        try relay(event, payload, to: rules.declaration.relay, socket)
        return .reply(.ok)
    }

    func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
        // `handleInImmediately` has just left the event to the hook.
        guard let rules, let hook = rules.hook else { return .noReply }
        let answer = await hook.push(member, event, payload)
        if answer.relays { try relay(event, payload, to: rules.declaration.relay, socket) }
        for broadcast in answer.broadcasts {
            try relay(broadcast.event, broadcast.payload, to: broadcast.includesSender ? .all : .others, socket)
        }
        return .reply(answer.status, answer.response)
    }

    mutating func terminate(_ reason: TerminateReason, socket: Socket) async {
        await hookOfJoin?.leave(member, reason)
    }

    private func refuse(_ reason: String) -> ChannelResponse {
        channels.statistics.count(.refusedEvents)
        return .reply(.error, .reason(reason))
    }

    /// Takes up the rules of a reload that came after the join.
    private mutating func followReload() {
        guard channels.generation != generation else { return }
        (rules, generation) = channels.rules(of: member.topic)
        bucket = rules?.declaration.rate.map { ChannelRateBucket($0, now: .now()) }
    }

    private func relay(
        _ event: String, _ payload: Payload, to relay: ChannelDeclaration.Relay, _ socket: Socket
    ) throws {
        switch relay {
        case .all: try socket.broadcast(event, payload)
        case .others: try socket.broadcastFrom(event, payload)
        case .none: break
        }
    }
}

extension DeclaredMember {
    /// The value that a source has for the member.
    func value(of source: MemberValue) -> ClaimValue? {
        switch source {
        case .param(let name): (assigns[ConnectionParams.assign] as? ConnectionParams)?[name].map { .string($0) }
        case .claim(let path): claims?.value(at: path)
        case .assign(let name):
            switch assigns[name] {
            case let text as String: .string(text)
            case let value as ClaimValue: value
            default: nil
            }
        }
    }
}
