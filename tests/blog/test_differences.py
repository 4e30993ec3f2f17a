"""Differences of two states: word by word, and nothing of either text is lost."""

from hypothesis import given
from hypothesis import strategies as st

from blog.differences import Difference, between, words
from blog.states import Part, plain

TEXTS = st.lists(st.sampled_from(["a", "b", "heat", "cold", ".", " ", "\n", "– "]), max_size=30).map("".join)


def part(key: str, text: str) -> Part:
    """A part with a label like its key."""
    return Part(key=key, label=key.title(), text=text)


def block(key: int, text: str) -> Part:
    """A block of text."""
    return part(f"postrichtext:{key}", text)


def short(found: list[Difference]) -> list[tuple[str, str]]:
    """Labels and what happened."""
    return [(item.label, item.what) for item in found]


@given(TEXTS, TEXTS)
def test_the_pieces_put_together_are_each_of_the_two_texts(old: str, new: str) -> None:
    pieces = words(old, new)

    assert "".join(piece.text for piece in pieces if piece.op != "inserted") == old
    assert "".join(piece.text for piece in pieces if piece.op != "deleted") == new


def test_words_are_marked_and_not_letters() -> None:
    pieces = words("Heat helps a stiff back.", "Heat often helps a sore back.")

    assert [(piece.op, piece.text) for piece in pieces] == [
        ("same", "Heat"),
        ("inserted", " often"),
        ("same", " helps a"),
        ("deleted", " stiff"),
        ("inserted", " sore"),
        ("same", " back."),
    ]


def test_what_was_written_anew_is_not_taken_to_pieces() -> None:
    pieces = words("Ask a doctor first, or call.", "We wrote, after all, something else.")

    assert [piece.op for piece in pieces] == ["deleted", "inserted"]


def test_each_field_and_block_says_what_happened_to_it() -> None:
    old = [part("title", "A"), part("slug", "a"), block(1, "one"), block(2, "two"), block(3, "three")]
    new = [part("title", "B"), part("slug", "a"), block(2, "two"), block(1, "one"), block(4, "four")]

    found = between(old, new)
    assert ("Title", "changed") in short(found)
    assert [what for _, what in short(found)].count("moved") == 1
    assert {(item.what, item.before, item.after) for item in found if item.what in {"added", "removed"}} == {
        ("removed", "three", ""),
        ("added", "", "four"),
    }


def test_the_same_state_differs_in_nothing() -> None:
    state = [part("title", "A"), block(1, "one")]

    assert between(state, state) == []


def test_a_field_that_older_versions_did_not_have_is_no_difference_while_it_is_empty() -> None:
    assert between([part("title", "A")], [part("title", "A"), part("sources", "")]) == []
    assert short(between([], [part("sources", "B")])) == [("Sources", "added")]


def test_html_reads_as_lines_with_what_changes_how_it_reads() -> None:
    html = '<h2>Heat</h2><p>It is <strong>fine</strong>. <a href="/book/">Book</a></p><ul><li><p>one</p></li></ul>'

    assert plain(html) == "## Heat\nIt is **fine**. Book (/book/)\n- one"
    assert plain("a < b & c") == "a < b & c"
    assert plain("one\r\ntwo\r\n") == "one\ntwo"
