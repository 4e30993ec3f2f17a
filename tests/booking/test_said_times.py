"""What people write about the times that suit them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking import said_times, suiting

#: A Wednesday.
TODAY = date(2026, 11, 25)

READ = {
    "Tuesdays after 4, or Thursday morning": ["Tuesdays from 4pm", "Thursdays before 12 noon"],
    "Tuesdays and Thursdays after 4": ["Tuesdays and Thursdays from 4pm"],
    "Tuesday or Thursday after 4": ["Tuesdays and Thursdays from 4pm"],
    "mornings on Monday or Friday": ["Mondays before 12 noon", "Fridays before 12 noon"],
    "Tuesday morning or evening": ["Tuesdays before 12 noon", "Tuesdays from 5pm"],
    "Monday, or Thursday morning": ["Mondays, any time", "Thursdays before 12 noon"],
    "weekdays before 10": ["weekdays before 10am"],
    "between 2 and 4 on Wednesdays": ["Wednesdays from 2pm to 4pm"],
    "Mon-Fri 9am to 11:30am": ["weekdays from 9am to 11:30am"],
    "Friday to Monday after 6pm": ["Mondays, Fridays, Saturdays and Sundays from 6pm"],
    "afternoons after 3": ["any day from 3pm to before 5pm"],
    "any day after work": ["any day from 5pm"],
    "I can come on Mondays from 3 to 5 or fridays after lunch": [
        "Mondays from 3pm to 5pm",
        "Fridays from 1pm",
    ],
    "not before 10am on weekends; Wednesday at noon": [
        "weekends from 10am",
        "Wednesdays from 11:30am to 12:30pm",
    ],
    "SATURDAY": ["Saturdays, any time"],
    "at 17:30": ["any day from 5pm to 6pm"],
    "after 12am": ["any day, any time"],
    "before 12pm": ["any day before 12 noon"],
    "": [],
    "3 or 4 on wed": ["Wednesdays from 2:30pm to 3:30pm", "Wednesdays from 3:30pm to 4:30pm"],
    "Wednesday 3 or 4": ["Wednesdays from 2:30pm to 3:30pm", "Wednesdays from 3:30pm to 4:30pm"],
    "between 8 and 10pm": ["any day from 8pm to 10pm"],
    "9 to 5pm": ["any day from 9am to 5pm"],
    "8am to 4": ["any day from 8am to 4pm"],
    "10 to 6": ["any day from 10am to 6pm"],
    "9 and 11 on Mondays": ["Mondays from 8:30am to 9:30am", "Mondays from 10:30am to 11:30am"],
    "8 in the evening": ["any day from 7:30pm to 8:30pm"],
    "evenings after 8": ["any day from 8pm"],
    "5pm or later": ["any day from 5pm"],
    "mornings or evenings on Monday": ["Mondays before 12 noon", "Mondays from 5pm"],
    "Mon. or Tues. after 4": ["Mondays and Tuesdays from 4pm"],
    "lunch": ["any day from 11:30am to before 2pm"],
    "Tuesday lunchtime": ["Tuesdays from 11:30am to before 2pm"],
    "weekends": ["weekends, any time"],
    "12/03": ["Thursday 3 December 2026, any time"],
    "12/3 after 4": ["Thursday 3 December 2026 from 4pm"],
    "12/03/26": ["Thursday 3 December 2026, any time"],
    "2026-12-03": ["Thursday 3 December 2026, any time"],
    "13/12": ["Sunday 13 December 2026, any time"],
    "Dec 3": ["Thursday 3 December 2026, any time"],
    "3 December at noon": ["Thursday 3 December 2026 from 11:30am to 12:30pm"],
    "the 3rd": ["Thursday 3 December 2026, any time"],
    "Thursday, the 3rd of December": ["Thursday 3 December 2026, any time"],
    "Jan 5": ["Tuesday 5 January 2027, any time"],
    "Dec 3-5": ["any day between Thursday 3 December and Saturday 5 December 2026, any time"],
    "after Dec 10": ["any day on or after Friday 11 December 2026, any time"],
    "mornings until 12/10": ["any day until Thursday 10 December 2026, before 12 noon"],
    "today after 3": ["Wednesday 25 November 2026 from 3pm"],
    "tomorrow": ["Thursday 26 November 2026, any time"],
    "the day after tomorrow": ["Friday 27 November 2026, any time"],
    "this Friday": ["Friday 27 November 2026, any time"],
    "tonight": ["Wednesday 25 November 2026 from 5pm"],
    "this week": ["any day between Wednesday 25 November and Sunday 29 November 2026, any time"],
    "next week": ["any day between Monday 30 November and Sunday 6 December 2026, any time"],
    "next month": ["any day between Tuesday 1 December and Thursday 31 December 2026, any time"],
    "Tuesday or Thursday next week after 3": [
        "Tuesday 1 December 2026 from 3pm",
        "Thursday 3 December 2026 from 3pm",
    ],
    "not fridays": ["any day except Fridays, any time"],
    "any day but Friday": ["any day except Fridays, any time"],
    "except mornings": ["any day from 12 noon"],
    "evenings except Friday": ["any day except Fridays from 5pm"],
    "weekdays but not Monday mornings": [
        "Tuesdays, Wednesdays, Thursdays and Fridays, any time",
        "Mondays from 12 noon",
    ],
    "not Mondays, Tuesdays, or Fridays": ["Wednesdays, Thursdays, Saturdays and Sundays, any time"],
    "neither weekends nor Mondays": ["Tuesdays, Wednesdays, Thursdays and Fridays, any time"],
    "not Mondays. Tuesdays after 4": ["Tuesdays from 4pm"],
    "not Mondays but Tuesdays are fine": ["Tuesdays, any time"],
    "I can’t come on Fridays": ["any day except Fridays, any time"],
    "I’m not available Mondays": ["any day except Mondays, any time"],
}


@pytest.mark.parametrize("words", READ)
def test_what_people_write(words: str) -> None:
    reading = said_times.read(words, today=TODAY)
    assert [suiting.in_words(wish) for wish in reading.wishes] == READ[words]
    assert reading.unread == []


@pytest.mark.parametrize(
    ("words", "unread", "rest"),
    [
        ("Tuesdays unless it rains", ["unless", "rains"], []),
        ("as soon as you have something", ["as", "soon", "as", "you", "have", "something"], []),
        ("my sore back, Mondays", ["sore", "back"], ["Mondays, any time"]),
        ("at 25", ["25"], []),
        ("in 3 weeks", ["3", "weeks"], []),
        ("2 hours on Monday", ["2"], ["Mondays, any time"]),
        ("next Tuesday", ["next tuesday"], []),
        ("next weekend", ["next weekend"], []),
        ("2/30", ["2/30"], []),
        ("Friday Dec 3", ["Friday on Thursday 3 December 2026"], []),
        ("Nov 20, 2026", ["nov 20, 2026"], []),
        ("5pm to 9am", ["5pm to 9am"], []),
    ],
)
def test_what_is_not_understood_is_named(words: str, unread: list[str], rest: list[str]) -> None:
    reading = said_times.read(words, today=TODAY)
    assert reading.unread == unread
    assert [suiting.in_words(wish) for wish in reading.wishes] == rest


@pytest.mark.parametrize(
    "words",
    [
        "Mondays don't work, Tuesdays do",
        "Mondays are not good",
        "Mondays not free Tuesdays are",
        "Fridays I can't",
        "I work on Mondays",
        "I am busy Mondays",
        "not Monday or Tuesday mornings",
        "not only Mondays",
        "if not Monday then Tuesday",
        "no mornings, Mondays after 4",
        "not the 3rd",
        "not next week",
        "no preference, Mondays",
        "Mondays but Tuesdays are better",
        "Mondays instead of Tuesdays",
        "Mondays, not Mondays",
    ],
)
def test_a_no_that_is_not_understood_leaves_nothing_understood(words: str) -> None:
    reading = said_times.read(words, today=TODAY)
    assert reading.unread
    assert reading.wishes == []


NAMED = ("Mondays", "Tuesdays", "fridays", "weekends")
NOES = (
    "not",
    "no",
    "never",
    "except",
    "but not",
    "can't do",
    "don't",
    "not on",
    "neither",
    "any day but",
    "avoid",
)
BEFORE = ("", "evenings", "Wednesdays after 4", "any day", "weekdays", "next week", "mornings or 3pm")
BETWEEN = (" ", ", ", "; ", ". ", " and ", " but ", "\n")


@given(
    st.sampled_from(BEFORE),
    st.sampled_from(BETWEEN),
    st.sampled_from(NOES),
    st.lists(st.sampled_from(NAMED), min_size=1, max_size=3, unique=True),
    st.sampled_from((" or ", " and ", ", ", ", or ", " nor ")),
    st.sampled_from(("", " please", " if possible", ".", " are good", " work")),
)
def test_what_follows_a_no_is_never_read_as_a_yes(
    before: str, between: str, no: str, named: list[str], join: str, after: str
) -> None:
    reading = said_times.read(f"{before}{between}{no} {join.join(named)}{after}", today=TODAY)
    for words in named:
        [said] = said_times.read(words, today=TODAY).wishes
        assert not any(wish.days & said.days for wish in reading.wishes), reading


def test_a_slash_is_read_as_the_clinics_country_writes_dates() -> None:
    [wish] = said_times.read("3/12", today=TODAY, month_first=False).wishes
    assert suiting.in_words(wish) == "Thursday 3 December 2026, any time"
    [wish] = said_times.read("3/12", today=TODAY).wishes
    assert suiting.in_words(wish) == "Friday 12 March 2027, any time"


@given(st.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    reading = said_times.read(text, today=TODAY)
    assert all(wish.days and 0 <= wish.start < wish.end <= suiting.DAY_END for wish in reading.wishes)
    suiting.read_written(text)
