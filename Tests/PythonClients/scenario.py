"""What the scripts of all clients have in common.

Each script is called with the URL of a Phoenix socket (ws://127.0.0.1:4000/socket), lets two clients of the library
join a room, push and get a reply, hear each other's broadcasts, and leave, and exits with 0 if all of that worked.
"""

import asyncio
import os
import sys
import threading

# Generous, since the machine may be busy; nothing waits that long when all is well.
DEADLINE = 30


def url():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} ws://HOST:PORT/socket")
    return sys.argv[1]


def room(prefix="room"):
    return f"{prefix}:{os.path.basename(sys.argv[0])}-{os.getpid()}"


def equal(got, expected, what):
    if got != expected:
        raise AssertionError(f"{what}: got {got!r}, expected {expected!r}")
    print(f"{what}: as expected", flush=True)


def run(scenario):
    """Runs a coroutine function to its end, within the deadline."""

    async def limited():
        async with asyncio.timeout(DEADLINE):
            await scenario()

    asyncio.run(limited())
    print("passed", flush=True)


def run_with_threads(scenario):
    """Runs a function that blocks, within the deadline."""

    def give_up():
        print(f"not done after {DEADLINE} s", file=sys.stderr, flush=True)
        os._exit(1)

    timer = threading.Timer(DEADLINE, give_up)
    timer.daemon = True
    timer.start()
    scenario()
    timer.cancel()
    print("passed", flush=True)
