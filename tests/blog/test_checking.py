"""What the checker of pages says of headings, words, sentences and pictures, and what it leaves in peace."""

import pytest

from blog import checking, readability
from blog.checking import Subject
from blog.outline import take_apart


def advice(html: str) -> list[tuple[Subject, str]]:
    """Subject and quote of everything that is said of the HTML."""
    return [(one.subject, one.quote) for one in checking.advise(take_apart(html))]


@pytest.mark.parametrize(
    ("html", "quotes"),
    [
        ("<h2>A</h2><h3>B</h3><h3>C</h3><h2>D</h2>", []),
        ("<h3>A</h3>", ["A"]),
        ("<h2>A</h2><h4>B</h4><h4>C</h4>", ["B"]),
        ("<h2>A</h2><h3>B</h3><h2>C</h2><h3>D</h3>", []),
        ("<h2> </h2>", [""]),
        ("<h2>A <strong>bold</strong></h2><h5>Deep</h5>", ["Deep"]),
    ],
)
def test_headings_are_in_order(html: str, quotes: list[str]) -> None:
    assert advice(html) == [(Subject.HEADINGS, quote) for quote in quotes]


@pytest.mark.parametrize("words", ["here", "Click here", "read more", "this link", ""])
def test_links_say_where_they_lead(words: str) -> None:
    assert [subject for subject, _ in advice(f'<p>Look <a href="/book/">{words}</a>.</p>')] == [Subject.LINKS]


def test_a_link_with_words_of_its_own_is_left_in_peace() -> None:
    assert advice('<p><a href="/book/">Book a visit</a></p>') == []


@pytest.mark.parametrize(
    "words",
    [
        "Massage flushes out toxins.",
        "A TOXIN leaves the body.",
        "It removes lactic acid.",
        "It removes lactic\n acid.",
        "It is scientifically proven.",
        "Enjoy a pain-free life.",
        "It releases adhesions.",
        "We detoxify you.",
        "It lowers cortisol.",
        "It cures you.",
    ],
)
def test_words_of_the_list_are_pointed_out(words: str) -> None:
    assert {subject for subject, _ in advice(f"<p>{words}</p>")} == {Subject.WORDS}


@pytest.mark.parametrize(
    "words", ["The acid of a lemon.", "An obscure word.", "Proven recipes.", "Take care."]
)
def test_words_that_only_look_like_them_are_left_in_peace(words: str) -> None:
    assert advice(f"<p>{words}</p>") == []


def test_each_entry_of_the_list_says_why_and_what_instead() -> None:
    for entry in checking.words_to_avoid():
        assert entry.words
        assert entry.why.endswith(".")
        assert entry.instead


def test_every_word_that_the_brief_forbids_is_on_the_list() -> None:
    forbidden = [
        "toxins",
        "lactic acid",
        "scientifically proven",
        "pain-free life",
        "releases adhesions",
        "releases scar tissue",
        "adrenal fatigue",
        "cortisol",
    ]
    assert [words for words in forbidden if not advice(f"<p>About {words} now.</p>")] == []


def test_the_quote_shows_the_words_around() -> None:
    piece = "word " * 30 + "toxins" + " word" * 30
    [(_, quote)] = [found for found in advice(f"<p>{piece}</p>") if found[0] is Subject.WORDS]

    assert quote == "…" + "word " * 7 + "toxins" + " word" * 7 + "…"


@pytest.mark.parametrize(("count", "said"), [(20, False), (21, True)])
def test_a_sentence_of_more_than_20_words_is_listed(count: int, said: bool) -> None:
    sentence = "We " + "go " * (count - 2) + "on."

    assert [
        quote for subject, quote in advice(f"<p>Yes. {sentence} No.</p>") if subject is Subject.SENTENCES
    ] == ([sentence] if said else [])


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ("One. Two! Three? Four… Five", ["One.", "Two!", "Three?", "Four…", "Five"]),
        ("See Dr. Smith at 5:30pm. Come early.", ["See Dr. Smith at 5:30pm.", "Come early."]),
        ("About 0.45 of them. “Yes.” They agree.", ["About 0.45 of them.", "“Yes.", "They agree."]),
        ("It is e.g. a cramp. It goes.", ["It is e.g. a cramp.", "It goes."]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_sentences(piece: str, expected: list[str]) -> None:
    assert readability.sentences([piece]) == expected


def test_list_items_and_paragraphs_end_a_sentence() -> None:
    outline = take_apart("<ul><li><p>no stop</p></li><li>none here</li></ul><p>One<br>two</p>")

    assert outline.pieces == ["no stop", "none here", "One two"]


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("cat", 1),
        ("muscle", 2),
        ("massage", 2),
        ("pain", 1),
        ("therapy", 3),
        ("walked", 1),
        ("wanted", 2),
        ("noses", 2),
        ("5:30pm", 1),
        ("the", 1),
        ("neuromuscular", 5),
    ],
)
def test_syllables_are_counted(word: str, count: int) -> None:
    assert readability.syllables(word) == count


EASY = "The cat sat on the mat. It was a warm day. We went out to play. The sun was up. " * 3
HARD = (
    "Notwithstanding considerable methodological heterogeneity, contemporary systematic evaluations of manual"
    " therapeutic interventions demonstrate predominantly inconclusive musculoskeletal rehabilitation outcomes. "
) * 3


def test_an_easy_text_is_for_the_young_and_a_hard_one_is_pointed_out() -> None:
    easy, hard = readability.reading_age([EASY]), readability.reading_age([HARD])

    assert easy is not None
    assert easy < 8
    assert hard is not None
    assert hard > 20
    assert checking.reading_age([EASY]) == []
    assert [one.subject for one in checking.reading_age([HARD])] == [Subject.READING]


def test_a_known_text_has_the_grade_that_the_formula_gives() -> None:
    # 35 words in 5 sentences, 40 syllables: 0.39 * 7 + 11.8 * 40 / 35 - 15.59 = 0.63
    text = "We go to the park by the lake. " * 4 + "We often visit the market after dinner."

    assert readability.reading_age([text]) == pytest.approx(5.63, abs=0.2)


def test_a_few_words_tell_no_age() -> None:
    assert readability.reading_age(["Incontrovertible musculoskeletal heterogeneity."]) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("A foot on a ball.", False),
        ("Image of a foot", True),
        ("photo", True),
        ("The picture shows a foot", True),
        ("IMG_2031", True),
        ("foot.jpg", True),
        ("x" * 201, True),
        ("Pictures hang on the wall", False),
    ],
)
def test_words_for_a_picture_say_what_it_shows(words: str, said: bool) -> None:
    assert bool(checking.alternative_text(words)) == said


def test_words_for_a_picture_do_not_repeat_those_under_it() -> None:
    assert checking.alternative_text("A foot.", caption="a foot. ")


def test_nothing_of_this_keeps_a_page_from_going_live() -> None:
    html = f"<h4>A</h4><p>Toxins. {HARD}</p>"

    assert not any(one.blocks for one in checking.advise(take_apart(html)))


@pytest.mark.parametrize(
    "html", ["<p>open", "<h2>open", "<a href='x'>open", "</p></a></h2>", "<script>let a='<p>'", ""]
)
def test_html_that_is_not_well_formed_is_read_as_far_as_it_goes(html: str) -> None:
    checking.advise(take_apart(html))


def test_what_stands_in_scripts_and_styles_is_no_text() -> None:
    outline = take_apart("<p>Yes</p><style>p { color: toxins }</style><script>toxins</script>")

    assert outline.pieces == ["Yes"]
