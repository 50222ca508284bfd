"""chunnel 0.1.0: version 1, integer refs."""

import chunnel.channel
from chunnel.socket import Socket

from scenario import equal, room, run, url


async def main():
    topic = room()
    async with Socket(url() + "/websocket", {}) as a, Socket(url() + "/websocket", {}) as b:
        in_a = a.channel(topic, {})
        in_b = b.channel(topic, {})
        equal(await in_a.join(), {}, "join of a")
        equal(await in_b.join(), {}, "join of b")

        pushed = await in_a.push("echo", {"body": "é", "n": 1})
        equal(await pushed.response(), {"body": "é", "n": 1}, "reply to a push")

        await in_a.push("new_msg", {"body": "hi"})
        for name, channel in (("a", in_a), ("b", in_b)):
            message = await channel.receive()
            equal((message.event, message.payload), ("new_msg", {"body": "hi"}), f"broadcast at {name}")

        try:
            await a.channel("secret:1", {}).join()
            raise AssertionError("secret:1 let a client in")
        except chunnel.channel.ChannelJoinFailure:
            pass

        await in_b.leave()
        equal((await in_b.receive()).event, "phx_close", "after leaving")
        await in_a.push("new_msg", {"body": "alone"})
        equal((await in_a.receive()).payload, {"body": "alone"}, "broadcast at a after b left")
        fence = await b.channel(topic + "-2", {}).join()
        equal((fence, in_b._incoming_messages.empty()), ({}, True), "nothing for b any more")


run(main)
