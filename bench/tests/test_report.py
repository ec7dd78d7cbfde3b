# SPDX-License-Identifier: MIT
"""Figures and their targets."""

from __future__ import annotations

import contextlib
import io
import json
import unittest

from common.report import Figure, Report, Target, median_figure, quantile


class TargetTest(unittest.TestCase):
    def test_a_figure_on_the_limit_meets_it_in_both_directions(self) -> None:
        for at_least in (True, False):
            self.assertEqual(Figure("x", 2, "ms", Target(2, at_least)).verdict, "ok")

    def test_a_figure_beyond_the_limit_misses_it(self) -> None:
        self.assertEqual(Figure("x", 2.1, "ms", Target(2)).verdict, "miss")
        self.assertEqual(Figure("x", 1.9, "", Target(2, at_least=True)).verdict, "miss")

    def test_without_a_target_there_is_no_verdict(self) -> None:
        self.assertEqual(Figure("x", 1, "ms").verdict, "")


class StatisticsTest(unittest.TestCase):
    def test_a_quantile_is_one_of_the_values(self) -> None:
        values = [5.0, 1.0, 4.0, 2.0, 3.0]
        self.assertEqual(quantile(values, 0.0), 1.0)
        self.assertEqual(quantile(values, 0.95), 5.0)
        self.assertEqual(quantile([7.0], 0.95), 7.0)

    def test_a_median_comes_with_its_spread(self) -> None:
        figure = median_figure("x", [3.0, 1.0, 2.0], "ms")
        self.assertEqual(figure.value, 2.0)
        self.assertEqual(figure.details, {"p95": 3.0, "least": 1.0, "most": 3.0, "runs": 3})


class ReportTest(unittest.TestCase):
    def _output(self, as_json: bool) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as output:
            report = Report("test", as_json)
            report.heading("heading")
            report.simple_table("what", [Figure("slow", 3, "ms", Target(2)), Figure("fast", 1, "ms", Target(2))])
            report.finish({"cpus": 2}, {})
        return output.getvalue()

    def test_json_is_one_object_with_every_figure(self) -> None:
        run = json.loads(self._output(as_json=True))
        self.assertEqual(run["missed"], ["slow"])
        self.assertEqual(run["targets"], 2)
        self.assertEqual([figure["verdict"] for figure in run["figures"]], ["miss", "ok"])

    def test_a_table_ends_each_line_with_the_verdict(self) -> None:
        lines = self._output(as_json=False).splitlines()
        self.assertTrue(next(line for line in lines if "slow" in line).endswith("<= 2  miss"))
        self.assertEqual(lines[-1], "1 of 2 targets met on this machine")
