"""The rows of messages once more, by another load generator that knows nothing of this project: wsload, if there is one."""

import json
import subprocess

from generator import take_turns
from report import Costs, spread
from servers import LOAD_CORE


def check(bench, program, tables, ours, floor, coalescing):
    """Lets the server and a floor take turns; each run has its own connections."""
    for work, goal, against, scenario, arguments in (
        ("1 topic x 1000, 1 in flight", 1.35, floor, "fanout", ("--clients", 1000, "--topics", 1, "--inflight", 1)),
        ("1 topic x 1000, 16 in flight, floor coalesces", 1.5, coalescing, "fanout",
         ("--clients", 1000, "--topics", 1, "--inflight", 16)),
        ("1000 topics x 1, 1 in flight each", 2, floor, "fanout",
         ("--clients", 1000, "--topics", 1000, "--inflight", 1)),
        ("push -> reply, 100 clients", 2, floor, "echo", ("--clients", 100, "--event", "echo")),
    ):
        costs = take_turns({"floor": against, "ours": ours}, bench.shorter["rounds"], f"wsload, {work}",
                           lambda server: cost(bench, program, scenario, arguments, server))
        tables.ratio(work, Costs(costs["ours"], costs["floor"]), goal,
                     f"CPU {spread(costs['ours'])} us, floor {spread(costs['floor'])} us, {len(costs['ours'])} rounds")


def cost(bench, program, scenario, arguments, server):
    """The server's CPU time for a delivery or reply, in microseconds."""
    command = [program, scenario, "--url", f"{server.url.replace('/socket', '')}/socket/websocket?vsn=2.0.0", *arguments,
               "--warmup", bench.options.warmup, "--duration", bench.options.duration * bench.shorter["longer"],
               "--server-pid", server.process.pid, "--pin", LOAD_CORE, "--json"]
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    report = json.loads(done.stdout)
    if done.returncode != 0:
        bench.faults.append(f"wsload: {report}")
    return report["server_cpu_us_per_delivery" if scenario == "fanout" else "server_cpu_us_per_request"]
