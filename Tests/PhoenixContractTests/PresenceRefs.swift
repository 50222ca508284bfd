import ChannelSocketTesting

/// Which recorded `phx_ref` stands for which received one: a different one for each, the same throughout a dialogue.
struct PresenceRefs {
    private var received: [String: String] = [:]
    private var recorded: [String: String] = [:]

    /// Whether a received value is the recorded one, refs aside; if so, new refs are remembered.
    mutating func match(_ expected: JSONValue, _ got: JSONValue) -> Bool {
        var refs = self
        guard refs.walk(expected, got) else { return false }
        self = refs
        return true
    }

    private mutating func walk(_ expected: JSONValue, _ got: JSONValue) -> Bool {
        switch (expected, got) {
        case (.object(let expected), .object(let got)):
            guard expected.count == got.count else { return false }
            for (key, value) in expected {
                guard let other = got[key] else { return false }
                if key == "phx_ref" || key == "phx_ref_prev" {
                    guard pair(value.stringValue, other.stringValue) else { return false }
                } else {
                    guard walk(value, other) else { return false }
                }
            }
            return true
        case (.array(let expected), .array(let got)):
            guard expected.count == got.count else { return false }
            for (value, other) in zip(expected, got) {
                guard walk(value, other) else { return false }
            }
            return true
        default: return expected == got
        }
    }

    private mutating func pair(_ expected: String?, _ got: String?) -> Bool {
        guard let expected, let got else { return false }
        guard received[expected] == nil, recorded[got] == nil else { return received[expected] == got }
        received[expected] = got
        recorded[got] = expected
        return true
    }
}
