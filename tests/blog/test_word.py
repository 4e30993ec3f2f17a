"""Text from Word becomes what an editor would have written, on the server."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.models import PostRichText
from blog.prose import sanitized
from blog.word import from_word, is_from_word
from tests.blog.word_clipboard import CLEAN, CLIPBOARD


def close(html: str) -> str:
    """Without the spaces beside a line break, which nobody sees."""
    return re.sub(r"\s*<br>\s*", "<br>", html)


def test_a_page_of_word_becomes_clean_text_with_nested_lists() -> None:
    assert close(sanitized(CLIPBOARD)) == CLEAN


def test_a_field_that_got_words_html_cleans_it() -> None:
    field = PostRichText._meta.get_field("text")

    assert close(field.clean(CLIPBOARD, None)) == CLEAN


def test_other_html_stays_as_it_is() -> None:
    html = "<p>A  b</p><ul><li><p>c</p></li></ul>"

    assert not is_from_word(html)
    assert from_word(html) == html


def paragraph(level: int, mark: str, words: str, number: int = 0) -> str:
    """An item as Word writes it."""
    style = f"mso-list:l{number} level{level} lfo1"
    return f"<p style='{style}'><span style='mso-list:Ignore'>{mark}<span>&nbsp; </span></span>{words}</p>"


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([(1, "·", "a")], "<ul><li><p>a</p></li></ul>"),
        ([(1, "1.", "a"), (1, "2.", "b")], "<ol><li><p>a</p></li><li><p>b</p></li></ol>"),
        ([(1, "a)", "a")], "<ol><li><p>a</p></li></ol>"),
        ([(1, "iv.", "a")], "<ol><li><p>a</p></li></ol>"),
        ([(1, "(1)", "a")], "<ol><li><p>a</p></li></ol>"),
        ([(1, "o", "a")], "<ul><li><p>a</p></li></ul>"),
        ([(3, "·", "a"), (1, "·", "b")], "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ([(1, "·", "a"), (3, "·", "b")], "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul>"),
        ([(1, "·", "a"), (2, "1.", "b"), (1, "·", "c")],
         "<ul><li><p>a</p><ol><li><p>b</p></li></ol></li><li><p>c</p></li></ul>"),
        ([(1, "·", "a"), (1, "1.", "b")], "<ul><li><p>a</p></li></ul><ol><li><p>b</p></li></ol>"),
        ([(1, "·", "a"), (1, "·", " &nbsp;"), (1, "·", "b")], "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
    ],
)  # fmt: skip
def test_items_become_lists(items: list[tuple[int, str, str]], expected: str) -> None:
    assert sanitized("".join(paragraph(*item) for item in items)) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p class=MsoNormal>\x93Yes\x94 \x96 it\x92s\x85</p>", "<p>“Yes” – it’s…</p>"),
        ("<p class=MsoNormal>&#147;Yes&#148; &#8217;</p>", "<p>“Yes” ’</p>"),
        ("<p class=MsoNormal>a &lt;b&gt; &amp;amp; c</p>", "<p>a &lt;b&gt; &amp;amp; c</p>"),
        ("<p class=MsoNormal><o:p>&nbsp;</o:p></p>", ""),
        ("<p class=MsoNormal>a&nbsp;&nbsp; b\nc</p>", "<p>a b c</p>"),
        ("<p class=MsoNormal>a<!--[if !mso]>b<![endif]-->c</p>", "<p>ac</p>"),
        ("<p class=MsoNormal><a href='file:///C:/x'>a</a></p>", "<p>a</p>"),
        ("<p class=MsoNormal><a href='javascript:ran=1'>a</a></p>", "<p>a</p>"),
        ("<p class=MsoNormal onclick=ran=1>a<script>ran=1</script></p>", "<p>a</p>"),
        ("<p class=MsoNormal>a<b></b><i> </i>b</p>", "<p>a b</p>"),
        ("<p class=MsoNormal><b>a<p class=MsoNormal>b</b></p>", None),
    ],
)
def test_odds_and_ends(html: str, expected: str | None) -> None:
    found = sanitized(html)

    assert found == expected if expected is not None else "<p" in found


@given(st.text(alphabet="<>/pbiao'\"= mso-list:l0level123;&nbsp!--[]ulx\x93\n", max_size=200))
def test_whatever_comes_is_read_and_cleaned(text: str) -> None:
    html = sanitized(f"<p class=MsoNormal style='mso-list:l0 level1'>{text}")

    assert not re.search(r"\sstyle=|\sclass=|<script|<o:p|<span", html)
    assert sanitized(html) == html or "mso" in html
