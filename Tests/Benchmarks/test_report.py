"""What the benchmark's tables say of the figures: medians, ratios of rounds, verdicts."""

import contextlib
import io
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Benchmarks"))

from report import Costs, Tables, figures, median, spread


class ReportTests(unittest.TestCase):
    def setUp(self):
        self.tables = Tables()

    def row(self):
        return dict(zip(("work", "ours", "floor", "ratio", "rounds", "goal", "verdict", "more"), self.tables.goals[-1]))

    def test_figures_are_all_or_none(self):
        reports = [{"a": {"b": 1}}, {"a": {"b": 3}}, {"a": {"b": 2}}]
        self.assertEqual(figures(reports, "a", "b"), [1, 3, 2])
        self.assertEqual(median(reports, "a", "b"), 2)
        for lacking in {"a": None}, {}:
            self.assertEqual(figures([*reports, lacking], "a", "b"), [])
            self.assertIsNone(median([*reports, lacking], "a", "b"))
        self.assertEqual(spread([]), "-")

    def test_rounds_are_compared_one_by_one(self):
        # A slow round is slow for both; medians of each side would make 20/10 of it.
        costs = Costs([11, 20, 33], [10, 20, 10])
        self.assertEqual((costs.ours, costs.floors), (20, 10))
        self.assertEqual(costs.ratios, [1.1, 1.0, 3.3])
        self.assertEqual(costs.ratio, 1.1)

    def test_rounds_that_are_missing_are_no_success(self):
        for ours, floors in ([], []), ([1], [1, 2]):
            with self.assertRaises(SystemExit):
                Costs(ours, floors)

    def test_a_ratio_is_met_up_to_its_goal(self):
        self.tables.ratio("work", Costs([1.5], [1]), 1.5)
        self.assertEqual(self.row()["verdict"], "met")
        self.tables.ratio("work", Costs([1.51], [1]), 1.5)
        self.assertEqual(self.row()["verdict"], "**missed**")
        self.tables.ratio("work", Costs([9], [1]))
        self.assertEqual((self.row()["goal"], self.row()["verdict"]), ("", ""))

    def test_bounds(self):
        for method, met, missed in (self.tables.least, 5000, 4999), (self.tables.most, 6, 6.1):
            goal = met
            method("work", "unit", met, goal)
            self.assertEqual(self.row()["verdict"], "met")
            for figure in missed, None:
                method("work", "unit", figure, goal)
                self.assertEqual(self.row()["verdict"], "**missed**")

    def test_flat_is_what_the_floor_does_not_grow_by(self):
        self.tables.flat("work", [Costs([1.0], [1.0]), Costs([2.2], [2.0]), Costs([3.78], [3.0])])
        self.assertEqual(self.row()["verdict"], "met")
        self.assertIn("-9% to +15% off the middle; from least to most 1.26 x against the floor; by itself 3.78 x, "
                      "the floor 3.00 x", self.row()["more"])
        self.tables.flat("work", [Costs([1.0], [1.0]), Costs([2.2], [2.0]), Costs([3.81], [3.0])])
        self.assertEqual(self.row()["verdict"], "**missed**")
        self.tables.flat("work", [Costs([0.93], [1.0]), Costs([2.2], [2.0]), Costs([3.3], [3.0])])
        self.assertEqual(self.row()["verdict"], "**missed**")

    def test_only_tables_with_rows_are_shown(self):
        self.tables.ratio("some work", Costs([1], [1]), 2, "more of it")
        with contextlib.redirect_stdout(io.StringIO()) as out:
            self.tables.show()
        lines = out.getvalue().strip().splitlines()
        self.assertEqual(len(lines), 3)
        self.assertEqual(lines[2], "| some work | 1.00 us | 1.00 us | 1.00 | 1.00-1.00 | <= 2 x | met | more of it |")


if __name__ == "__main__":
    unittest.main()
