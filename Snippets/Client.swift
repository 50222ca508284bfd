import ChannelSocketClient
import NIOCore
import PhoenixWire

let client = PhoenixClient(try PhoenixClientConfiguration(url: "ws://127.0.0.1:4000/socket"))
try await client.connect()
let room = try await client.join("room:lobby")
try await room.push("new_msg", try Payload(json: #"{"body":"hello from Swift"}"#))
var presence = PhoenixPresence()
for await event in room.events {
    if case .message("new_msg", let payload) = event { print("got", String(buffer: payload.bytes)) }
    if let change = presence.apply(event) { print("joined:", change.joins.keys, "left:", change.leaves.keys) }
}
