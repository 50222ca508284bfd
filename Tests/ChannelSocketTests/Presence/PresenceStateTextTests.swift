import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("The state of a large topic") struct PresenceStateTextTests {
    /// What a client makes of events, as phoenix.js does: the refs of each key.
    private func view(_ events: [PresenceJSON.Event]) throws -> [String: Set<String>] {
        var view: [String: Set<String>] = [:]
        func refs(_ entry: Payload) throws -> Set<String> {
            let metas = try #require(try entry.members().first { $0.name == "metas" })
            let refs = try metas.value.elements().map { try $0.members().first { $0.name == "phx_ref" }?.value.string }
            return Set(refs.compactMap(\.self))
        }
        for event in events {
            if event.name == "presence_state" {
                view = [:]
                for (key, entry) in try event.payload.members() { view[key] = try refs(entry) }
                continue
            }
            #expect(event.name == "presence_diff")
            for (kind, entries) in try event.payload.members() {
                for (key, entry) in try entries.members() {
                    if kind == "joins" {
                        view[key, default: []].formUnion(try refs(entry))
                    } else {
                        view[key]?.subtract(try refs(entry))
                        if view[key]?.isEmpty == true { view[key] = nil }
                    }
                }
            }
        }
        return view
    }

    private func member(_ number: Int) -> PresenceMember {
        PresenceMember(ref: "r\(number)", key: "k\(number / 2)", meta: #"{"n":\#(number)}"#)
    }

    @Test("is what has been encoded and what has changed since, whoever comes and goes", arguments: [0, 30, 1_000])
    func changes(chunk: Int) throws {
        var generator = SplitMix64(seed: UInt64(chunk) + 7)
        var members = PresenceMembers((0..<200).map(member))
        var present = Set(0..<200)
        for _ in 0..<300 {
            let number = Int.random(in: 0..<400, using: &generator)
            if present.remove(number) != nil {
                members.remove(ref: "r\(number)")
            } else {
                present.insert(number)
                members.insert(member(number))
            }
            guard Int.random(in: 0..<3, using: &generator) == 0 else { continue }
            let expected = Dictionary(grouping: present) { "k\($0 / 2)" }.mapValues { Set($0.map { "r\($0)" }) }
            let view = try view(members.stateEvents(chunk: chunk))
            try #require(view == expected)
        }
    }

    @Test("is encoded anew for few of those who join, and in one piece while it is small")
    func encodings() {
        var members = PresenceMembers()
        var encodings = 0
        var last: [PresenceJSON.Event] = []
        for number in 0..<2_000 {
            members.insert(member(number))
            let events = members.stateEvents(chunk: 200)
            if number < 200 {
                #expect(events.count == 1)
            } else if events.first?.payload != last.first?.payload || events.count < last.count {
                encodings += 1
            }
            last = events
        }
        // One for each √2n joins: 1,800 joins at 20 to 63 each.
        #expect(encodings > 20 && encodings < 60, "\(encodings)")
    }
}
