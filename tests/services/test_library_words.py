"""The words of the demo's conditions and muscles: whole, plain, honest, and with the facts that they must have."""

import datetime
import html
import re
from typing import Any

import pytest

from blog import advice, readability
from blog.checking import Subject
from services import demo
from services.models import CONDITION_BLOCKS, Condition

CONDITIONS = {data["slug"]: data for data in demo.condition_files()}
MUSCLES = {data["slug"]: data for data in demo.muscle_files()}

#: What a clinic cannot stand behind.
NEVER_SAID = (
    "toxin",
    "lactic acid",
    "adhesion",
    "proven",
    "cortisol",
    "adrenal",
    "scar tissue",
    "pain-free",
    "cure your",
    "guarantee",
    "detox",
    "breaks up",
    "e-mail",
)
#: Not read as sentences by anybody.
_NO_TEXT = {
    "slug",
    "kind",
    "region",
    "urgency",
    "certainty",
    "option",
    "related",
    "posts",
    "conditions",
    "sources",
    "abbreviation",
}

#: Which conditions each muscle belongs to, and a fact that its page must say.
TABLE = {
    "upper-trapezius": ("WH OV SD", "most studied"),
    "sternocleidomastoid": ("WH SD", "carotid"),
    "levator-scapulae": ("WH OV SD", "clinical charts"),
    "scalenes": ("TOS CT WH", "chest pain"),
    "pectoralis-minor": ("TOS SD PS", "angina"),
    "supraspinatus": ("TD FS EP", "clinical charts"),
    "infraspinatus": ("FS TD", "30 people"),
    "subscapularis": ("FS PS", "50 people"),
    "wrist-extensors": ("EP OV TD", "72 to 86%"),
    "supinator": ("EP OV", "radial nerve"),
    "wrist-flexors": ("CT OV EP", "weak"),
    "quadratus-lumborum": ("SC SD", "mimics sciatica"),
    "gluteus-minimus": ("SC", "pseudo-sciatica"),
    "piriformis": ("SC", "disputed"),
    "rectus-femoris": ("KN", "clinical charts"),
    "vastus-medialis": ("KN PS", "examination of the joint"),
    "hamstrings": ("KN SC", "clinical charts"),
    "gastrocnemius": ("PF KN TD", "rule out a clot"),
    "soleus": ("PF TD", "69%"),
    "quadratus-plantae": ("PF", "83%"),
}
#: What each condition's page must say about the evidence, and the level that it is shown with.
EVIDENCE = {
    "TOS": ("none", "2007"),
    "PF": ("low", "better working foot"),
    "FS": ("low", "injection did better"),
    "OV": ("very_low", "not a diagnosis"),
    "TD": ("very_low", "loading exercise"),
    "SD": ("very_low", "age"),
    "SC": ("low", "only together with exercise"),
    "KN": ("low", "small effect that did not last"),
    "CT": ("low", "120 women"),
    "WH": ("very_low", "1 trial"),
    "EP": ("low", "myofascial release"),
    "PS": ("low", "clearance"),
}
#: Signs that no page about such a place may leave out, by how urgent they are.
MUST_WARN = {
    ("sciatica", "emergency"): ("numb between the legs", "bladder or bowel", "both legs"),
    ("sciatica", "urgent"): ("weaker", "losing weight", "had cancer"),
    ("sprain-strain-whiplash", "emergency"): ("serious fall or crash", "dizziness", "double"),
    ("posture", "emergency"): ("dizziness", "double", "bladder or bowel"),
    ("plantar-fasciitis", "urgent"): ("calf is hot",),
    ("knee-injuries", "urgent"): ("hot and swollen, and you have a fever", "calf is hot"),
    ("after-surgery", "emergency"): ("chest pain",),
    ("after-surgery", "urgent"): ("calf or thigh is hot", "fever"),
    ("thoracic-outlet-syndrome", "urgent"): ("clot",),
    ("frozen-shoulder", "emergency"): ("chest pain",),
}


def strings(value: Any, key: str = "") -> list[str]:
    """Every text that a patient reads."""
    if key in _NO_TEXT:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return (
        [text for name, item in value.items() for text in strings(item, name)]
        if isinstance(value, dict)
        else []
    )


def pieces(data: dict[str, Any]) -> list[str]:
    """The page's paragraphs and list entries, without markup."""
    lines = [line for text in strings(data) for line in re.sub(r"</?[a-z0-9]+>", "\n", text).splitlines()]
    return [html.unescape(line.strip()) for line in lines if line.strip()]


def plain(data: Any) -> str:
    return " ".join(strings(data)).lower()


def every_page() -> list[Any]:
    return [pytest.param(data, id=slug) for slug, data in {**CONDITIONS, **MUSCLES}.items()]


def test_there_are_twelve_conditions_and_twenty_muscles() -> None:
    assert sorted(data["abbreviation"] for data in CONDITIONS.values()) == sorted(EVIDENCE)
    assert sorted(MUSCLES) == sorted(TABLE)
    for pages in (CONDITIONS, MUSCLES):
        assert len({data["title"] for data in pages.values()}) == len(pages)
        assert len({data["position"] for data in pages.values()}) == len(pages)


@pytest.mark.parametrize("data", every_page())
def test_a_page_makes_no_claim_that_the_clinic_cannot_stand_behind(data: dict[str, Any]) -> None:
    assert [word for word in NEVER_SAID if word in plain(data)] == []


@pytest.mark.parametrize("data", every_page())
def test_no_sentence_has_more_than_20_words(data: dict[str, Any]) -> None:
    assert readability.long_sentences(pieces(data)) == []


@pytest.mark.parametrize("data", every_page())
def test_a_page_reads_like_a_schoolbook(data: dict[str, Any]) -> None:
    age = readability.reading_age(pieces(data))
    assert age is not None
    assert 6 < age < readability.OLDEST - 2


@pytest.mark.parametrize("data", every_page())
def test_a_page_says_enough_and_no_more(data: dict[str, Any]) -> None:
    fewest, most = (700, 1100) if "blocks" in data else (250, 450)
    assert fewest <= len([word for piece in pieces(data) for word in readability.words(piece)]) <= most


@pytest.mark.parametrize("data", every_page())
def test_a_page_names_its_sources(data: dict[str, Any]) -> None:
    assert data["sources"]
    for source in data["sources"]:
        assert set(source) <= {"title", "publisher", "year", "url"}
        assert source["title"]
        assert source["publisher"]
        assert 1990 < source["year"] <= 2026
        assert source.get("url", "https://").startswith("https://")
        assert not any(word in source["title"].lower() for word in ("cortisol", "toxin"))


@pytest.mark.parametrize("data", CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_has_every_part(data: dict[str, Any]) -> None:
    written = {block["region"] for block in data["blocks"]}
    assert written == {region.key for region in Condition.regions}
    kinds = {block["region"]: block["kind"] for block in data["blocks"]}
    assert kinds["yourself"] == "do and don't"
    urgencies = [block["urgency"] for block in data["blocks"] if block["kind"] == "care card"]
    assert urgencies == ["emergency", "urgent", "ask"]


@pytest.mark.parametrize("data", CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_is_honest_about_massage(data: dict[str, Any]) -> None:
    by_region = {block["region"]: plain(block) for block in data["blocks"]}
    assert "nobody" in by_region["massage"]
    assert "3 to 4 visits" in by_region["massage"]
    level, fact = EVIDENCE[data["abbreviation"]]
    assert data["certainty"] == level
    assert fact in plain(data)


@pytest.mark.parametrize(("slug", "urgency"), MUST_WARN)
def test_a_condition_warns_of_what_it_could_hide(slug: str, urgency: str) -> None:
    [card] = [block for block in CONDITIONS[slug]["blocks"] if block.get("urgency") == urgency]
    assert [sign for sign in MUST_WARN[slug, urgency] if sign not in card["signs"].lower()] == []


@pytest.mark.parametrize("data", CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_leads_to_pages_and_times_that_there_are(data: dict[str, Any]) -> None:
    options = {option["slug"] for service in demo.service_files() for option in service["options"]}
    assert data["option"] in options
    assert data["related"]
    assert set(data["related"]) <= set(CONDITIONS) - {data["slug"]}
    assert "neuromuscular-massage-therapy-is-it-right-for-you" in data["posts"] or len(data["posts"]) > 1
    assert any(data["slug"] in muscle["conditions"] for muscle in MUSCLES.values())


@pytest.mark.parametrize("data", MUSCLES.values(), ids=MUSCLES)
def test_a_muscle_has_the_facts_of_the_table(data: dict[str, Any]) -> None:
    belongs, fact = TABLE[data["slug"]]
    by_slug = {slug: condition["abbreviation"] for slug, condition in CONDITIONS.items()}
    assert sorted(by_slug[slug] for slug in data["conditions"]) == sorted(belongs.split())
    assert fact in plain(data)
    for part in (
        "point",
        "referral",
        "work",
        "feels",
        "yourself",
        "caution",
        "else_could_be",
        "certainty_note",
    ):
        assert data[part].strip()
    assert data["emergency_signs"].strip()
    assert data["urgent_signs"].strip()
    assert data["ask_signs"].strip()


@pytest.mark.parametrize("data", every_page())
def test_a_sign_goes_on_from_its_title(data: dict[str, Any]) -> None:
    """“Call 911 if:” goes on in small letters and without a full stop."""
    cards = [block["signs"] for block in data.get("blocks", []) if block["kind"] == "care card"]
    cards += [data[name] for name in ("emergency_signs", "urgent_signs", "ask_signs") if name in data]
    signs = [line for card in cards for line in card.strip().splitlines()]
    assert [sign for sign in signs if not sign[0].islower() or sign[-1] in ".;,"] == []


@pytest.mark.django_db
def test_the_files_become_pages_with_what_belongs_to_them() -> None:
    demo.seed(at=datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.UTC))
    heel = Condition.objects.get(slug="plantar-fasciitis")
    assert heel.option is not None
    assert heel.option.slug == "sports-45"
    assert {muscle.slug for muscle in heel.muscles.all()} == {"gastrocnemius", "soleus", "quadratus-plantae"}
    assert heel.related.filter(slug="sciatica").exists()
    assert heel.names[0] == "plantar heel pain"
    assert heel.services_conditioncarecard_set.count() == 3  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_the_checker_finds_nothing_to_look_at_in_them() -> None:
    demo.seed(at=datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.UTC))
    found = {page.slug: advice.report(page, CONDITION_BLOCKS).advice for page in Condition.objects.all()}
    assert len(found) == 12
    assert {slug: said for slug, said in found.items() if said} == {}
    page = Condition.objects.get(slug="sciatica")
    page.services_conditionrichtext_set.filter(region="signs").update(  # type: ignore[attr-defined]
        text="<p>This removes toxins.</p>"
    )
    assert [one.subject for one in advice.report(page, CONDITION_BLOCKS).advice] == [Subject.WORDS]
