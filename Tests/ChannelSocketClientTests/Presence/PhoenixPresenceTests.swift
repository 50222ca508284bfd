import ChannelSocketClient
import PhoenixWire
import Testing

@Suite("A client's view of presence")
struct PhoenixPresenceTests {
    private func event(_ name: String, _ json: String) throws -> PhoenixEvent {
        .message(event: name, payload: try Payload(json: json))
    }

    private func entry(_ key: String, _ refs: String...) -> String {
        let metas = refs.map { #"{"phx_ref":"\#($0)"}"# }.joined(separator: ",")
        return #""\#(key)":{"metas":[\#(metas)]}"#
    }

    private func diff(joins: String = "", leaves: String = "") throws -> PhoenixEvent {
        try event("presence_diff", "{\"joins\":{\(joins)},\"leaves\":{\(leaves)}}")
    }

    private func refs(_ presence: PhoenixPresence) -> [String: [String]] {
        presence.entries.mapValues { $0.map(\.ref) }
    }

    @Test("knows nothing before the state, and applies what came early to it")
    func early() throws {
        var presence = PhoenixPresence()
        #expect(presence.apply(try diff(joins: entry("bob", "2"))) == nil)
        #expect(!presence.isSynchronized)
        let change = presence.apply(try event("presence_state", "{\(entry("ann", "1"))}"))
        #expect(refs(presence) == ["ann": ["1"], "bob": ["2"]])
        #expect(change?.joins.keys.sorted() == ["ann", "bob"])
    }

    @Test("adds devices to a key, updates one, and removes a key with its last")
    func diffs() throws {
        var presence = PhoenixPresence()
        _ = presence.apply(try event("presence_state", "{\(entry("ann", "1"))}"))
        _ = presence.apply(try diff(joins: entry("ann", "2")))
        #expect(refs(presence) == ["ann": ["1", "2"]])
        let update = presence.apply(try diff(joins: entry("ann", "3"), leaves: entry("ann", "1")))
        #expect(refs(presence) == ["ann": ["2", "3"]])
        #expect(update?.joins["ann"]?.map(\.ref) == ["3"])
        #expect(update?.leaves["ann"]?.map(\.ref) == ["1"])
        _ = presence.apply(try diff(leaves: entry("ann", "2", "3")))
        #expect(presence.entries.isEmpty)
        _ = presence.apply(try diff(leaves: entry("bob", "9")))
        #expect(presence.entries.isEmpty)
    }

    @Test("compares a new state with what it knew after the channel was lost")
    func resynchronized() throws {
        var presence = PhoenixPresence()
        _ = presence.apply(try event("presence_state", "{\(entry("ann", "1")),\(entry("bob", "2"))}"))
        _ = presence.apply(.lost(reason: ""))
        #expect(!presence.isSynchronized)
        let change = presence.apply(try event("presence_state", "{\(entry("ann", "1")),\(entry("eve", "3"))}"))
        #expect(change?.joins.keys.sorted() == ["eve"])
        #expect(change?.leaves.keys.sorted() == ["bob"])
        #expect(refs(presence) == ["ann": ["1"], "eve": ["3"]])
    }

    @Test("ignores what is no presence", arguments: ["[]", "1", #"{"ann":1}"#, #"{"ann":{"metas":[1,{}]}}"#])
    func malformed(json: String) throws {
        var presence = PhoenixPresence()
        _ = presence.apply(try event("presence_state", json))
        #expect(presence.entries.allSatisfy { $0.value.isEmpty })
        #expect(presence.apply(try event("new_msg", json)) == nil)
    }
}
