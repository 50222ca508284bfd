import Testing

@testable import ChannelSocketBench

@Suite("Reading what a server sends")
struct ReceivedMessageTests {
    /// The parts of a message, as text.
    private static func parts(_ text: String) -> [String]? {
        Array(text.utf8).withUnsafeBytes { bytes in
            ReceivedMessage(bytes).map { message in
                [message.ref, message.topic, message.event, message.payload].map(message.text)
            }
        }
    }

    private static func stamp(_ payload: String) -> Stamp? {
        Array(payload.utf8).withUnsafeBytes { Stamp(in: $0, at: 0) }
    }

    @Test(
        "finds the parts of a V2 message",
        arguments: [
            (#"[null,null,"room:0","new_msg",{"a":[1]}]"#, ["null", "room:0", "new_msg", #"{"a":[1]}"#]),
            (#"["1","2","room:0","phx_reply",{}]"#, ["2", "room:0", "phx_reply", "{}"]),
            (#"[1, 2, "a\"b,\\", "e", "x"]"#, ["2", #"a\"b,\\"#, "e", #" "x""#]),
            (#"[null,7,"","",null]"#, ["7", "", "", "null"]),
        ]
    )
    func parts(text: String, expected: [String]) {
        #expect(Self.parts(text) == expected)
    }

    @Test(
        "takes nothing else for one",
        arguments: [
            "", "[", "{}", "[]", #"["1","2","a"]"#, #"["1","2","a","b"]"#, #"["1","2","a,"b",{}"#, "[1,2,3,4,5",
        ]
    )
    func refusal(text: String) {
        #expect(Self.parts(text) == nil)
    }

    @Test(
        "finds the stamp in any order of its members",
        arguments: [
            #"{"seq":7,"pub":3,"ts":123,"body":"x"}"#, #"{"body":"xx","pub":3,"seq":7,"ts":123}"#,
            #"{"ts": 123, "extra": null, "seq": 7, "pub": 3}"#,
        ]
    )
    func stamps(payload: String) {
        #expect(Self.stamp(payload) == Stamp(number: 7, publisher: 3, time: 123))
    }

    @Test(
        "finds no stamp where a member is missing or no number",
        arguments: ["", "{}", "[1]", #"{"seq":7,"pub":3}"#, #"{"seq":"7","pub":3,"ts":1}"#, #"{"seq":"#, #"{"":1}"#]
    )
    func noStamp(payload: String) {
        #expect(Self.stamp(payload) == nil)
    }

    @Test("knows refusals and numeric refs")
    func replies() {
        let refused = #"["1","12","t","phx_reply",{"status":"error","response":{}}]"#
        Array(refused.utf8).withUnsafeBytes { bytes in
            let message = ReceivedMessage(bytes)
            #expect(message?.isError == true)
            #expect(message?.number == 12)
        }
        Array(#"["1","hb","t","phx_reply",{"status":"ok","response":{}}]"#.utf8).withUnsafeBytes { bytes in
            let message = ReceivedMessage(bytes)
            #expect(message?.isError == false)
            #expect(message?.number == nil)
        }
    }
}
