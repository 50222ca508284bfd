"""Single steps of a server: which of them are those of one message."""

import sys
import unittest
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Benchmarks"))

import steps

CALL = 1 << 63


class StepsTests(unittest.TestCase):
    def test_turns_end_where_the_event_loop_waits(self):
        words = [1, 2, 3 | CALL, steps.READ, 4, 5 | CALL, steps.EPOLL_WAIT, 6, 7 | CALL, steps.EPOLL_WAIT, 8]
        self.assertEqual(steps.split(words), [([1, 2, 3, 4, 5], Counter([steps.READ])), ([6, 7], Counter())])

    def test_the_turn_of_one_message_has_nothing_else(self):
        def turn(size, *calls):
            return list(range(size)), Counter(calls)

        timer = 286
        turns = [turn(1), turn(2, steps.READ), turn(30, steps.READ, steps.SEND, steps.SEND),
                 turn(20, steps.READ, steps.SEND, steps.SEND), turn(3, steps.READ, steps.SEND, steps.SEND, timer),
                 turn(4, steps.READ, steps.READ, steps.SEND, steps.SEND)]
        self.assertEqual(len(steps.of_one_message(turns, 2)), 20)
        with self.assertRaises(SystemExit):
            steps.of_one_message(turns, 3)

    def test_functions_are_told_apart_by_part(self):
        self.assertEqual(steps.part("$s13ChannelSocket6OutboxC5drainyyF"), "ChannelSocket")
        self.assertEqual(steps.part("$s8NIOPosix8SelectorC"), "NIOPosix")
        self.assertEqual(steps.part("$s13ChannelSocket07RunningA2OfC18_11PhoenixWire7PayloadO"), "ChannelSocket")
        self.assertEqual(steps.part("swift_retain"), "others (Swift's runtime, C)")


if __name__ == "__main__":
    unittest.main()
