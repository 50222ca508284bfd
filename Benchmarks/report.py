"""Figures of many runs, and the tables they end up in."""

import statistics


def figures(reports, *path):
    """A figure of each of several reports; nothing if one of them lacks it."""
    values = []
    for report in reports:
        for key in path:
            report = None if report is None else report.get(key)
        values.append(report)
    return [] if None in values else values


def median(reports, *path):
    """The median of a figure of several reports; None if one of them lacks it."""
    values = figures(reports, *path)
    return statistics.median(values) if values else None


def spread(values, unit=""):
    """The lowest and the highest of some figures, as text."""
    return f"{number(min(values))}-{number(max(values))}{unit}" if values else "-"


def number(value):
    if value is None:
        return "-"
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f}"


def verdict(met):
    return "met" if met else "**missed**"


class Costs:
    """What something costs us and what it costs the floor, in microseconds, round by round.

    The rounds are compared one by one, as this machine's speed changes between them; the ratio is the median of theirs.
    """

    def __init__(self, ours, floors):
        if not ours or len(ours) != len(floors):
            raise SystemExit(f"bench: {len(ours)} rounds of ours, {len(floors)} of the floor's: not to be compared")
        self.ours, self.floors = statistics.median(ours), statistics.median(floors)
        self.ratios = [mine / floor for mine, floor in zip(ours, floors)]
        self.ratio = statistics.median(self.ratios)


class Tables:
    """The rows of the report."""

    HEADER = ("work", "ours", "floor", "ratio", "of all rounds", "goal", "", "more")

    def __init__(self):
        self.goals, self.scaling, self.spreading, self.memory = [], [], [], []

    def ratio(self, work, costs, goal=None, comment=""):
        """A row whose goal, if there is one, is a limit of the ratio to the floor."""
        self.goals.append((work, f"{number(costs.ours)} us", f"{number(costs.floors)} us", number(costs.ratio),
                           spread(costs.ratios), f"<= {goal} x" if goal else "",
                           verdict(costs.ratio <= goal) if goal else "", comment))

    def least(self, work, unit, ours, goal, comment=""):
        """A row whose goal is a figure to reach."""
        self.figure(work, f"{number(ours)} {unit}", f">= {goal:,} {unit}", verdict(ours is not None and ours >= goal),
                    comment)

    def most(self, work, unit, ours, goal, comment=""):
        """A row whose goal is a figure not to exceed."""
        self.figure(work, f"{number(ours)} {unit}", f"<= {goal:,} {unit}", verdict(ours is not None and ours <= goal),
                    comment)

    def figure(self, work, ours, goal, verdict, comment, rounds="-"):
        """A row that is not compared with the floor."""
        self.goals.append((work, ours, "-", "-", rounds, goal, verdict, comment))

    def flat(self, work, costs):
        """A row whose goal is that the cost does not grow, but for what it grows for the floor too: that its ratio to the
        floor's is nowhere more than 15 % off the middle of all."""
        ratios, ours, floors = ([getattr(cost, name) for cost in costs] for name in ("ratio", "ours", "floors"))
        off = [ratio / statistics.median(ratios) - 1 for ratio in ratios]
        self.goals.append((f"cost of a delivery, {work}", spread(ours, " us"), spread(floors, " us"), spread(ratios), "-",
                           "flat within 15 %, against the floor", verdict(max(map(abs, off)) <= 0.15),
                           f"{min(off):+.0%} to {max(off):+.0%} off the middle; from least to most "
                           f"{number(max(ratios) / min(ratios))} x against the floor; by itself "
                           f"{number(max(ours) / min(ours))} x, the floor {number(max(floors) / min(floors))} x"))

    def show(self):
        """Prints what there is, as Markdown."""
        for title, header, rows in (
            ("", self.HEADER, self.goals),
            ("Where the memory of an idle joined client goes, by what is on the heap for 1,000 of them:",
             ("object", "per client", "bytes per client"), self.memory),
            ("CPU per delivery as topics and subscribers grow, 1 message of each topic in flight (where topics have one "
             "subscriber, who publishes, connections grow with them):",
             ("topics", "subscribers each", "ours, us", "floor, us", "ratio", "of all rounds", "deliveries/s"),
             self.scaling),
            ("CPU per delivery as topics grow, 100 subscribers each, 500 messages/s to one topic after the other:",
             ("topics", "subscriptions", "ours, us", "floor, us", "ratio", "of all rounds"), self.spreading),
        ):
            if rows:
                print(f"{title}\n\n" if title else "", table(header, rows), "\n", sep="")


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])
