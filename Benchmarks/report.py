"""Figures of many runs, and the tables they end up in."""

import statistics


def median(reports, *path):
    """The median of a figure of several reports; None if one of them lacks it."""
    values = []
    for report in reports:
        for key in path:
            report = None if report is None else report.get(key)
        values.append(report)
    return None if None in values else statistics.median(values)


def spread(reports, *path):
    """The lowest and the highest of a figure, as text."""
    values = [report for report in (median([one], *path) for one in reports) if report is not None]
    return f"{number(min(values))}-{number(max(values))}" if values else "-"


def number(value):
    if value is None:
        return "-"
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f}"


def verdict(met):
    return "met" if met else "**missed**"


class Tables:
    """The rows of the report."""

    def __init__(self):
        self.goals, self.scaling, self.spreading, self.memory = [], [], [], []

    def ratio(self, work, unit, ours, floor, goal, comment=""):
        """A row whose goal is a limit of the ratio to the floor."""
        ratio = ours / floor if ours and floor else None
        met = ratio is not None and ratio <= goal
        self.goals.append((work, f"{number(ours)} {unit}", f"{number(floor)} {unit}", number(ratio), f"<= {goal} x",
                           verdict(met), comment))

    def least(self, work, unit, ours, goal, comment=""):
        """A row whose goal is a figure to reach."""
        self.goals.append((work, f"{number(ours)} {unit}", "-", "-", f">= {goal:,} {unit}",
                           verdict(ours is not None and ours >= goal), comment))

    def most(self, work, unit, ours, goal, comment=""):
        """A row whose goal is a figure not to exceed."""
        self.goals.append((work, f"{number(ours)} {unit}", "-", "-", f"<= {goal:,} {unit}",
                           verdict(ours is not None and ours <= goal), comment))


    def flat(self, work, costs):
        """A row whose goal is that the cost does not grow: costs are pairs of ours and the floor's, in microseconds."""
        ratios = [ours / floor for ours, floor in costs]
        growth = max(ratios) / min(ratios)
        ours, floors = zip(*costs)
        self.goals.append((f"cost of a delivery, {work}", f"{number(min(ours))}-{number(max(ours))} us",
                           f"{number(min(floors))}-{number(max(floors))} us",
                           f"{number(min(ratios))}-{number(max(ratios))}", "within 15 %, against the floor",
                           verdict(growth <= 1.15), f"by itself {number(max(ours) / min(ours))} x from least to most"))


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])
