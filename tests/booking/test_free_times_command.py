"""`manage.py free_times`. No test here may use the database, as the command needs none."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

SCENARIOS = Path(__file__).parent / "scenarios"
DESIGN, FORWARD, BACK = (
    SCENARIOS / name for name in ("design.json", "clock_goes_forward.json", "clock_goes_back.json")
)


def free_times(*arguments: str | Path) -> tuple[list[str], str, str]:
    """The lines of output, the errors, and the message that the command failed with, "" if it did not."""
    out, err, failure = StringIO(), StringIO(), ""
    try:
        call_command("free_times", *map(str, arguments), stdout=out, stderr=err)
    except CommandError as error:
        failure = f"exit {error.returncode}: {error}"
    return out.getvalue().splitlines(), err.getvalue(), failure


def expected(path: Path) -> object:
    return json.loads(path.read_text(encoding="utf-8"))["expected"]


def test_one_line_for_each_file_in_their_order() -> None:
    lines, errors, failure = free_times(DESIGN, FORWARD)
    assert [json.loads(line) for line in lines] == [expected(DESIGN), expected(FORWARD)]
    assert (errors, failure) == ("", "")


def test_a_line_as_the_design_shows_it() -> None:
    [line], _, _ = free_times(DESIGN)
    assert line.startswith('{"times": [{"start": "2026-11-24T10:00-05:00", "therapists": ["ana"]}, ')


def test_a_bad_file_is_named_and_the_others_are_answered(tmp_path: Path) -> None:
    bad, missing = tmp_path / "bad.json", tmp_path / "missing.json"
    bad.write_text(
        DESIGN.read_text(encoding="utf-8").replace("America/New_York", "New York"), encoding="utf-8"
    )
    lines, errors, failure = free_times(bad, missing, DESIGN)
    assert [json.loads(line) for line in lines] == [expected(DESIGN)]
    assert errors.splitlines() == [
        f'{bad}: zone: must be an IANA time zone like America/New_York, but is "New York"',
        f"{missing}: No such file or directory",
    ]
    assert failure == "exit 1: 2 of 3 scenarios could not be answered."


def test_explain_tells_what_is_in_the_way() -> None:
    lines, _, _ = free_times(DESIGN, "--explain", "2026-11-23T09:00-05:00", "--therapist", "ana")
    assert [json.loads(line) for line in lines] == [
        {
            "therapist": "ana",
            "readings": [
                {
                    "start": "2026-11-23T09:00-05:00",
                    "free": False,
                    "reasons": [
                        {
                            "code": "buffer",
                            "interval": ["2026-11-23T10:00-05:00", "2026-11-23T11:15-05:00"],
                        }
                    ],
                }
            ],
        }
    ]


def readings(path: Path, wall: str) -> list[tuple[str | None, bool, list[str]]]:
    [line], _, _ = free_times(path, "--explain", wall, "--therapist", "ana")
    return [
        (reading["start"], reading["free"], [reason["code"] for reason in reading["reasons"]])
        for reading in json.loads(line)["readings"]
    ]


def test_explain_reads_a_wall_time_in_the_zone() -> None:
    assert readings(DESIGN, "2026-11-24T10:00") == [("2026-11-24T10:00-05:00", True, [])]


def test_explain_says_that_a_wall_time_does_not_exist() -> None:
    assert readings(FORWARD, "2026-03-08T02:30") == [(None, False, ["missing_hour"])]


def test_explain_answers_for_both_readings_of_a_repeated_time() -> None:
    assert readings(BACK, "2026-11-01T01:30") == [
        ("2026-11-01T01:30-04:00", False, ["busy"]),
        ("2026-11-01T01:30-05:00", True, []),
    ]


@pytest.mark.parametrize("alone", [["--explain", "2026-11-23T09:00-05:00"], ["--therapist", "ana"]])
def test_explain_needs_a_start_and_a_therapist(alone: list[str]) -> None:
    assert free_times(DESIGN, *alone) == ([], "", "exit 1: --explain and --therapist go together.")


def test_explain_needs_a_moment() -> None:
    with pytest.raises(CommandError, match="argument --explain: "):
        call_command(
            "free_times", str(DESIGN), "--explain", "tomorrow", "--therapist", "ana", stderr=StringIO()
        )
