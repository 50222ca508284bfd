"""phoenix-channels-python-client 0.4.1, in versions 1 and 2."""

import asyncio

from phoenix_channels_python_client.client import PHXChannelsClient
from phoenix_channels_python_client.exceptions import PHXTopicError
from phoenix_channels_python_client.protocol_handler import PhoenixChannelsProtocolVersion
from phoenix_channels_python_client.utils import make_message

from scenario import equal, room, run, url


async def push(client, topic, event, payload):
    """The library joins and leaves by itself, and leaves pushing to whoever has its connection."""
    subscription = client.get_current_subscriptions()[topic]
    message = make_message(event, topic, ref="push-1", payload=payload, join_ref=subscription.join_ref)
    await client.get_protocol_handler().send_message(client.connection, message)


async def converse(version):
    topic = f"{room()}-{version.vsn}"
    options = {"protocol_version": version, "auto_reconnect": False}
    async with (
        PHXChannelsClient(url() + "/websocket", "key", **options) as a,
        PHXChannelsClient(url() + "/websocket", "key", **options) as b,
    ):
        heard_a, heard_b = asyncio.Queue(), asyncio.Queue()
        await a.subscribe_to_topic(topic, heard_a.put)
        await b.subscribe_to_topic(topic, heard_b.put)
        print(f"{version.vsn}: both joined", flush=True)

        await push(a, topic, "echo", {"body": "é"})
        reply = await heard_a.get()
        equal(
            (str(reply.event), reply.ref, reply.payload),
            ("phx_reply", "push-1", {"status": "ok", "response": {"body": "é"}}),
            f"{version.vsn}: reply to a push",
        )

        # In version 2 the library drops broadcasts, as it expects its own join ref in them; Phoenix sends null.
        if version is PhoenixChannelsProtocolVersion.V1:
            await push(b, topic, "new_msg", {"body": "hi"})
            for name, heard in (("a", heard_a), ("b", heard_b)):
                message = await heard.get()
                equal((message.event, message.payload), ("new_msg", {"body": "hi"}), f"broadcast at {name}")
        else:
            await push(b, topic, "push_back", {"body": "hi"})
            message = await heard_b.get()
            equal((message.event, message.payload), ("push_back", {"body": "hi"}), "push of the server")

        try:
            await a.subscribe_to_topic("secret:1")
            raise AssertionError("secret:1 let a client in")
        except PHXTopicError:
            pass

        await b.unsubscribe_from_topic(topic)
        await push(a, topic, "new_msg", {"body": "alone"})
        await b.subscribe_to_topic(topic + "-2")
        equal(heard_b.empty(), True, f"{version.vsn}: nothing for b after leaving")


async def main():
    for version in PhoenixChannelsProtocolVersion:
        await converse(version)


run(main)
