"""The look-up of known vulnerabilities, in `.ci/`."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Judge = Callable[[list[dict[str, Any]]], int]
SOUND = {"name": "sound", "version": "1", "vulns": []}
UNKNOWN = {"name": "unknown", "skip_reason": "not found"}
BAD = {"name": "bad", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}


@pytest.fixture
def judge() -> Judge:
    """What decides over pip-audit's answer."""
    script = Path(__file__).resolve().parents[1] / ".ci" / "audit.py"
    found: Judge = runpy.run_path(str(script))["judge"]
    return found


def test_a_found_vulnerability_fails(judge: Judge, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([SOUND, BAD, UNKNOWN]) == 1
    assert "bad 2: PYSEC-1, fixed in 2.1" in capsys.readouterr().err


def test_none_found_passes_quietly(judge: Judge, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([SOUND]) == 0
    assert not capsys.readouterr().err


def test_what_could_not_be_looked_up_is_said_loudly(judge: Judge, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([UNKNOWN, UNKNOWN]) == 0
    said = capsys.readouterr()
    assert "NOT AUDITED" in said.err
    assert "2 of 2" in said.err
    assert "None known" not in said.out
