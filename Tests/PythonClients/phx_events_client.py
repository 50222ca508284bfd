"""phx-events 0.4.1: version 1 without saying so, breaks on any key that version 1 does not have. It only listens."""

import asyncio
import json

import websockets
from phx_events.client import PHXChannelsClient
from phx_events.topic_subscription import SubscriptionStatus

from scenario import equal, room, run, url


async def speak(topic):
    """Joins as a plain WebSocket and says something, which phx-events has no call for."""
    async with websockets.connect(url() + "/websocket") as websocket:
        for ref, event in (("1", "phx_join"), ("2", "new_msg")):
            payload = {} if event == "phx_join" else {"body": "hi"}
            await websocket.send(json.dumps({"topic": topic, "event": event, "payload": payload, "ref": ref}))
            print(await websocket.recv(), flush=True)


async def main():
    topic = room()
    heard = asyncio.Queue()
    clients = [PHXChannelsClient(url() + "/websocket") for _ in range(2)]
    tasks = []
    for client in clients:
        joined = client.register_topic_subscription(topic)

        async def on_message(message, client):
            await heard.put((message.event, message.payload))

        client.register_event_handler("new_msg", [on_message], topic)
        tasks.append(asyncio.create_task(client.start_processing()))
        await joined.wait()
        result = client._topic_registration_status[topic].result
        equal(result.status, SubscriptionStatus.SUCCESS, "join")

    await speak(topic)
    for _ in clients:
        equal(await heard.get(), ("new_msg", {"body": "hi"}), "broadcast")

    for client, task in zip(clients, tasks):
        client.shutdown("done")
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


run(main)
