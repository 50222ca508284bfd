"""realtime 2.34.1 (Supabase): version 1, string refs and join refs, topics realtime:*."""

import asyncio

from realtime import AsyncRealtimeClient, RealtimeSubscribeStates
from realtime.types import RealtimeAcknowledgementStatus

from scenario import equal, room, run, url


async def subscribe(client, topic):
    states = []
    channel = client.channel(topic)
    heard = asyncio.Queue()
    channel.on_broadcast("chat", heard.put_nowait)
    await channel.subscribe(lambda state, error: states.append((state, error)))
    equal(states, [(RealtimeSubscribeStates.SUBSCRIBED, None)], "subscription")
    return channel, heard


async def main():
    topic = room("clients")
    a = AsyncRealtimeClient(url(), "token", auto_reconnect=False)
    b = AsyncRealtimeClient(url(), "token", auto_reconnect=False)
    in_a, heard_a = await subscribe(a, topic)
    in_b, heard_b = await subscribe(b, topic)

    acknowledged = asyncio.Event()
    pushed = await in_a.push("ack", {})
    pushed.receive(RealtimeAcknowledgementStatus.Ok, lambda _: acknowledged.set())
    await acknowledged.wait()
    print("reply to a push: as expected", flush=True)

    # The event is "broadcast" on the wire, and goes to everybody else.
    await in_a.send_broadcast("chat", {"body": "hi"})
    equal((await heard_b.get())["payload"], {"body": "hi"}, "broadcast at b")
    await in_b.send_broadcast("chat", {"body": "back"})
    equal((await heard_a.get())["payload"], {"body": "back"}, "broadcast at a")

    await in_b.unsubscribe()
    while b.channels:
        await asyncio.sleep(0.01)
    await in_a.send_broadcast("chat", {"body": "alone"})
    await subscribe(b, topic + "-2")
    equal((heard_a.empty(), heard_b.empty()), (True, True), "nothing for b after leaving, nor for the sender")
    await a.close()
    await b.close()


run(main)
