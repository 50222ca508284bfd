"""A normal client, as a process of its own so that an attacker's work does not count as the server's delay.

prober.py PORT: pushes to a channel and waits for the reply, and now and then connects and joins anew, until standard
input ends. Prints the worst of each in milliseconds whenever a line is read.
"""

import asyncio
import json
import sys
import time

from phoenix import DEADLINE, Client

PAUSE = 0.02
PUSHES_A_CONNECT = 10


class Prober:
    def __init__(self, port):
        self.port = port
        self.reset()

    def reset(self):
        self.worst = {"push": 0.0, "connect": 0.0, "pushes": 0, "connects": 0}
        self.waiting = {}

    def report(self):
        # What is still waiting is not to be left out: a hung server would look best.
        for kind, began in self.waiting.items():
            self.note(kind, began)
        line = json.dumps(self.worst)
        self.worst = {"push": 0.0, "connect": 0.0, "pushes": 0, "connects": 0}
        return line

    def note(self, kind, began):
        self.worst[kind] = max(self.worst[kind], 1000 * (time.monotonic() - began))
        self.worst["pushes" if kind == "push" else "connects"] += 1

    async def timed(self, kind, work):
        began = self.waiting[kind] = time.monotonic()
        result = await asyncio.wait_for(work, DEADLINE)
        self.note(kind, self.waiting.pop(kind))
        return result

    async def connect(self):
        client = await Client.connect(self.port)
        await client.join("room:prober")
        return client

    async def run(self):
        client = await self.connect()
        while True:
            for _ in range(PUSHES_A_CONNECT):
                await self.timed("push", client.reply(client.send("new_msg", {"n": 1}, "room:prober", "j")))
                await asyncio.sleep(PAUSE)
            client, old = await self.timed("connect", self.connect()), client
            await old.close()


async def main():
    prober = Prober(int(sys.argv[1]))
    running = asyncio.create_task(prober.run())
    while await asyncio.to_thread(sys.stdin.readline):
        if running.done():
            print(json.dumps({"failed": repr(running.exception())}), flush=True)
            return
        print(prober.report(), flush=True)
    running.cancel()


if __name__ == "__main__":
    asyncio.run(main())
