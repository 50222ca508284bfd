internal import ChannelSocket
internal import HTTPTypes
internal import NIOCore
internal import PhoenixWire

/// A broadcast that is asked for over HTTP.
struct BroadcastRequest {
    /// What is broadcast.
    let broadcast: Broadcast
    /// Who does not get it.
    let excluded: SubscriberID?

    /// The most broadcasts of one request.
    static let maxBatch = 100

    /// Decodes `{"topic", "event", "payload", "exclude"}`.
    ///
    /// - Throws: ``Problem`` of status 422.
    init(_ json: Payload) throws {
        let members = try Self.members(of: json, allowed: ["topic", "event", "payload", "exclude"])
        let event = try Self.string("event", members, maxBytes: DecodingLimits.default.maxEventBytes)
        guard !ReservedEvents.contain(event) else {
            throw Problem(.unprocessableContent, "events beginning with \(ReservedEvents.words) are reserved")
        }
        let payload = members["payload"] ?? .emptyObject
        guard payload.isJSONObject else { throw Problem(.unprocessableContent, "payload must be an object") }
        broadcast = Broadcast(
            topic: try Self.string("topic", members, maxBytes: DecodingLimits.default.maxTopicBytes),
            event: event,
            payload: payload
        )
        if members["exclude"] == nil {
            excluded = nil
        } else {
            excluded = SubscriberID(try Self.string("exclude", members, maxBytes: 127))
            guard excluded != nil else { throw Problem(.unprocessableContent, "exclude must be a subscriber id") }
        }
    }

    /// Decodes `{"broadcasts": [...]}`.
    ///
    /// - Throws: ``Problem`` of status 422, which says which of them is wrong.
    static func batch(_ json: Payload) throws -> [BroadcastRequest] {
        let members = try members(of: json, allowed: ["broadcasts"])
        guard let elements = try? members["broadcasts"]?.elements(), (1...maxBatch).contains(elements.count) else {
            throw Problem(.unprocessableContent, "broadcasts must be an array of 1 to \(maxBatch) broadcasts")
        }
        return try elements.enumerated().map { index, element in
            do {
                return try BroadcastRequest(element)
            } catch let problem as Problem {
                throw Problem(problem.status, "broadcasts[\(index)]: \(problem.detail)")
            }
        }
    }

    /// The members of an object, all of which must be known.
    static func members(of json: Payload, allowed: Set<String>) throws -> [String: Payload] {
        guard let list = try? json.members() else { throw Problem(.unprocessableContent, "an object is expected") }
        var members: [String: Payload] = [:]
        for (name, value) in list {
            guard allowed.contains(name) else {
                let names = allowed.sorted().joined(separator: ", ")
                throw Problem(.unprocessableContent, "an unknown member; there are \(names)")
            }
            members[name] = value
        }
        return members
    }

    /// A string that must be there and not empty.
    static func string(_ name: String, _ members: [String: Payload], maxBytes: Int) throws -> String {
        guard let string = members[name]?.string, (1...maxBytes).contains(string.utf8.count) else {
            throw Problem(.unprocessableContent, "\(name) must be a string of 1 to \(maxBytes) bytes")
        }
        return string
    }
}
