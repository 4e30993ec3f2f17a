"""The lines of a benchmark's table."""

import pytest

from benchmarks.registry import Line


@pytest.mark.parametrize(
    ("limit", "passed", "ends", "unmeasured"),
    [
        ("at most 1", True, "PASS", False),
        ("at most 1", False, "FAIL", False),
        ("at most 1", None, "at most 1", True),
        ("", None, "0.5", False),
    ],
)
def test_a_limit_is_met_missed_or_not_measured(
    limit: str, passed: bool | None, ends: str, unmeasured: bool
) -> None:
    line = Line(what="a ratio", figure="0.5", limit=limit, passed=passed)
    assert str(line).endswith(ends)
    assert line.is_unmeasured is unmeasured
