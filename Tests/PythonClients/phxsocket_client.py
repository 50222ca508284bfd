"""phxsocket 0.1.5: version 1, integer refs from 0, threads."""

import queue

import phxsocket

from scenario import equal, room, run_with_threads, url


def connect():
    client = phxsocket.Client(url() + "/websocket", {"user": "phxsocket"})
    client.connect()
    return client


def main():
    topic = room()
    a, b = connect(), connect()
    in_a, in_b = a.channel(topic, {"x": 1}), b.channel(topic, {})
    equal(in_a.join(), {}, "join of a")
    equal(in_b.join(), {}, "join of b")
    heard_a, heard_b = queue.Queue(), queue.Queue()
    in_a.on("new_msg", heard_a.put)
    in_b.on("new_msg", heard_b.put)

    reply = in_a.push("echo", {"body": "é"}, reply=True).wait_for_response()
    equal(reply, {"status": "ok", "response": {"body": "é"}}, "reply to a push")
    reply = in_a.push("fail", {"reason": "no"}, reply=True).wait_for_response()
    equal(reply, {"status": "error", "response": {"reason": "no"}}, "error reply to a push")

    in_b.push("new_msg", {"body": "hi"})
    equal(heard_a.get(), {"body": "hi"}, "broadcast at a")
    equal(heard_b.get(), {"body": "hi"}, "broadcast at b")

    try:
        a.channel("secret:1").join()
        raise AssertionError("secret:1 let a client in")
    except phxsocket.channel.ChannelConnectError as error:
        equal(error.args, ({"reason": "unauthorized"},), "refused join")

    closed = queue.Queue()
    in_b.on_close = lambda: closed.put(True)
    in_b.push("phx_leave", {}, reply=True).wait_for_response()
    equal(closed.get(), True, "phx_close after leaving")
    in_a.push("new_msg", {"body": "alone"})
    equal(heard_a.get(), {"body": "alone"}, "broadcast at a after b left")
    equal(b.channel(topic + "-2").join(), {}, "join of another topic")
    equal(heard_b.empty(), True, "nothing for b any more")
    a.close()
    b.close()


run_with_threads(main)
