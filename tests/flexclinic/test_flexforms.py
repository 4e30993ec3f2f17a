"""The form pack, the error summary and the page frame, as a browser would read them."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Row, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.http import HttpRequest
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from flexclinic import static_files

ROOT = Path(__file__).resolve().parents[2]
CLINIC = {
    "name": "Test Clinic",
    "phone": "(555) 010-0199",
    "phone_href": "+15550100199",
    "emergency_number": "911",
}

FRAMED = """{% extends "base.html" %}
{% block title %}Your details{% endblock %}
{% block content %}<h1>Details</h1>{% endblock %}"""


class Page(HTMLParser):
    """Every start tag in order, with its attributes, and every piece of text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"an attribute stands twice: {attrs}"
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(" ".join(data.split()))

    def all(self, tag: str, **wanted: str) -> Iterator[dict[str, str | None]]:
        for name, attrs in self.tags:
            if name == tag and all(
                attrs.get(key.replace("_", "-")) == value for key, value in wanted.items()
            ):
                yield attrs

    def one(self, tag: str, **wanted: str) -> dict[str, str | None]:
        found = list(self.all(tag, **wanted))
        assert len(found) == 1, f"{len(found)} of <{tag}> with {wanted}"
        return found[0]

    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.tags if attrs.get("id")]  # type: ignore[misc]


class DetailsForm(forms.Form):
    name = forms.CharField(
        label="Full name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your full name"},
    )
    email = forms.EmailField(
        label="Email address",
        help_text="We send the confirmation there.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Enter an address like name@example.com"},
    )
    first_visit = forms.ChoiceField(
        label="Is this your first visit?",
        help_text="It tells us how long to plan.",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether this is your first visit"},
    )
    areas = forms.MultipleChoiceField(
        label="Where?",
        choices=[("neck", "Neck"), ("back", "Back")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    consent = forms.BooleanField(label="I agree", error_messages={"required": "Tick the box"})
    request_key = forms.CharField(
        widget=forms.HiddenInput, error_messages={"required": "This form is too old"}
    )

    def clean(self) -> dict[str, Any]:
        if self.data.get("time") == "gone":
            self.add_error(None, "That time has just gone")
        return self.cleaned_data


def form_page(form: forms.BaseForm, helper: FormHelper | None = None) -> Page:
    return Page(render_crispy_form(form, helper=helper or FormHelper()))


def summary(form: forms.BaseForm) -> Page:
    return Page(render_to_string("flexforms/error_summary.html", {"form": form}))


def framed(context: Mapping[str, Any], request: HttpRequest | None = None) -> str:
    return Template(FRAMED).render(Context({"clinic": CLINIC, "request": request, **context}))


@pytest.fixture
def plain_static(settings: Settings) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def test_text_field_ties_label_hint_and_error_to_the_input() -> None:
    page = form_page(DetailsForm({"email": "nobody"}))
    field = page.one("input", name="email")
    assert field["autocomplete"] == "email"
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "id_email_helptext id_email_error"
    assert field["value"] == "nobody"
    page.one("label", **{"for": "id_email"})
    assert {"id_email_helptext", "id_email_error"} <= set(page.ids())


def test_field_without_errors_says_nothing_of_them() -> None:
    page = form_page(DetailsForm())
    field = page.one("input", name="name")
    assert "aria-invalid" not in field
    assert "aria-describedby" not in field
    assert not any("error" in identifier for identifier in page.ids())


def test_radios_are_a_named_group_and_the_group_carries_the_error() -> None:
    page = form_page(DetailsForm({"name": "A"}))
    group = page.one("fieldset", role="radiogroup")
    assert group["aria-invalid"] == "true"
    assert group["aria-describedby"] == "id_first_visit_helptext id_first_visit_error"
    radios = list(page.all("input", type="radio"))
    assert [radio["value"] for radio in radios] == ["yes", "no"]
    assert not any("aria-invalid" in radio for radio in radios)
    for radio in radios:
        page.one("label", **{"for": str(radio["id"])})


def test_choices_keep_what_was_chosen() -> None:
    page = form_page(DetailsForm({"first_visit": "no", "areas": ["back"]}))
    checked = {(attrs["name"], attrs["value"]) for _, attrs in page.tags if "checked" in attrs}
    assert checked == {("first_visit", "no"), ("areas", "back")}


def test_checkbox_is_inside_its_label() -> None:
    page = form_page(DetailsForm({}))
    box = page.one("input", name="consent")
    assert box["type"] == "checkbox"
    assert box["aria-describedby"] == "id_consent_error"
    page.one("label", **{"for": "id_consent"})


def test_only_fields_that_may_stay_empty_say_so() -> None:
    html = render_crispy_form(DetailsForm(), helper=FormHelper())
    labels = dict(re.findall(r'<label class="field__label"[^>]*for="(\w+)">(.*?)</label>', html))
    assert "(optional)" in labels["id_note"]
    assert "(optional)" not in labels["id_name"]


def test_every_identifier_is_there_once() -> None:
    identifiers = form_page(DetailsForm({"time": "gone"})).ids()
    assert len(identifiers) == len(set(identifiers))


def test_summary_leads_to_each_field_in_the_order_of_the_page() -> None:
    form = DetailsForm({"email": "nobody", "request_key": "k"})
    page = summary(form)
    targets = [str(link["href"]).removeprefix("#") for link in page.all("a")]
    assert targets == ["id_name", "id_email", "id_first_visit_0", "id_consent"]
    assert set(targets) <= set(form_page(form).ids())


def test_summary_uses_the_words_of_the_fields() -> None:
    form = DetailsForm({"email": "nobody", "request_key": "k"})
    at_the_fields = form_page(form).texts
    said = summary(form).texts
    assert said[0] == "There is a problem"
    assert said[1:] == [
        "Enter your full name",
        "Enter an address like name@example.com",
        "Say whether this is your first visit",
        "Tick the box",
    ]
    assert set(said[1:]) <= set(at_the_fields)


def test_summary_takes_the_focus_unless_told_to_stay() -> None:
    box = summary(DetailsForm({})).one("div")
    assert box["tabindex"] == "-1"
    assert "autofocus" in box
    quiet = render_to_string("flexforms/error_summary.html", {"form": DetailsForm({}), "stay": True})
    assert "autofocus" not in Page(quiet).one("div")


def test_errors_without_a_visible_field_are_said_without_a_link() -> None:
    page = summary(
        DetailsForm(
            {"name": "A", "email": "a@example.com", "first_visit": "yes", "consent": "on", "time": "gone"}
        )
    )
    assert page.texts == ["There is a problem", "That time has just gone", "This form is too old"]
    assert not list(page.all("a"))


def test_no_summary_without_errors() -> None:
    assert render_to_string("flexforms/error_summary.html", {"form": DetailsForm()}).strip() == ""


def test_errors_are_escaped() -> None:
    form = DetailsForm({})
    form.add_error("name", "<b>bold</b>")
    assert "b" not in {name for name, _ in summary(form).tags}
    assert "b" not in {name for name, _ in form_page(form).tags}


def test_formset_summary_leads_into_each_form() -> None:
    formset = forms.formset_factory(DetailsForm)(
        {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-email": "nobody",
            "form-0-request_key": "k",
        }
    )
    page = Page(render_to_string("flexforms/errors_formset.html", {"formset": formset}))
    assert "#id_form-0-email" in [link["href"] for link in page.all("a")]


def test_layout_objects_and_buttons_have_the_clinics_look() -> None:
    helper = FormHelper()
    helper.layout = Layout(Fieldset("About you", Row("name", "email")), "first_visit")
    helper.add_input(Submit("send", "Continue"))
    page = form_page(DetailsForm(), helper)
    assert page.one("form")["method"] == "post"
    assert "novalidate" in page.one("form")
    assert (page.one("button", type="submit")["class"] or "").split() == ["button"]
    assert "About you" in page.texts
    page.one("div", **{"class": "form-row"})
    assert not [attrs for _, attrs in page.tags if "btn" in (attrs.get("class") or "")]
    assert not list(page.all("textarea"))


@pytest.mark.usefixtures("plain_static")
def test_page_with_errors_says_so_in_its_title_and_above_the_heading() -> None:
    html = framed({"form": DetailsForm({"time": "gone"})})
    assert "<title>Error: Your details | Test Clinic</title>" in html
    assert html.index("There is a problem") < html.index("<h1>")
    assert html.index("<main") < html.index("There is a problem")


@pytest.mark.usefixtures("plain_static")
def test_page_without_errors_is_quiet() -> None:
    html = framed({"form": DetailsForm()})
    assert "<title>Your details | Test Clinic</title>" in html
    assert "There is a problem" not in html


@pytest.mark.usefixtures("plain_static")
def test_every_page_offers_to_book_and_names_the_emergency_number() -> None:
    html = framed({})
    page = Page(html)
    assert len(list(page.all("a", href="/book/"))) >= 2
    assert "In an emergency call 911." in page.texts
    assert page.tags.index(("a", page.one("a", href="#main"))) < page.tags.index(
        ("header", page.one("header"))
    )
    page.one("main", id="main")


@pytest.mark.usefixtures("plain_static")
def test_demo_notice_is_there_only_in_a_demo() -> None:
    notice = "Demo clinic: people and bookings here are made up"
    assert notice not in framed({})
    assert notice in framed({"demo": True})


@pytest.mark.usefixtures("plain_static")
def test_the_page_one_is_on_is_marked_in_the_navigation() -> None:
    page = Page(framed({}, RequestFactory().get("/services/neck/")))
    marked = [attrs["href"] for tag, attrs in page.tags if tag == "a" and "aria-current" in attrs]
    assert marked == ["/services/"]


@pytest.mark.usefixtures("plain_static")
def test_style_guide_shows_the_pack_and_no_style_is_inline() -> None:
    context = {
        "clinic": CLINIC,
        "plain_form": DetailsForm(auto_id="plain_%s"),
        "faulty_form": DetailsForm({"time": "gone"}),
    }
    page = Page(render_to_string("design/styleguide.html", context))
    identifiers = page.ids()
    assert len(identifiers) == len(set(identifiers))
    for tag, attrs in page.tags:
        assert tag not in {"script", "style"}
        assert not [name for name in attrs if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html"])
def test_last_resort_pages_need_nothing(name: str, settings: Settings) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    settings.STATIC_ROOT = "/nonexistent"
    settings.DEBUG = False
    with pytest.raises(ValueError, match="manifest"):
        framed({})
    assert "<h1>" in get_template(name).render()


@pytest.mark.parametrize("name", ["404.html", "403.html"])
@pytest.mark.usefixtures("plain_static")
def test_refusals_keep_the_frame_and_are_not_indexed(name: str) -> None:
    page = Page(render_to_string(name, {"clinic": CLINIC, "canonical_url": "https://example.org/x/"}))
    assert page.one("meta", name="robots")["content"] == "noindex"
    assert not list(page.all("link", rel="canonical"))
    assert list(page.all("a", href="/book/"))


def test_static_files_that_the_frame_names_exist() -> None:
    frame = (ROOT / "templates" / "base.html").read_text(encoding="utf-8")
    plain = (ROOT / "templates" / "_plain.html").read_text(encoding="utf-8")
    named = re.findall(r"{% static '([^']+)' %}", frame) + re.findall(
        r"{% get_static_prefix %}([\w/.-]+)", plain
    )
    named += static_files.SITE_STYLES
    assert len(named) > 20
    assert [name for name in named if not (ROOT / "static" / name).is_file()] == []


def test_every_style_sheet_is_linked_by_some_template_or_form() -> None:
    pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "blog").rglob("*.py")]
    sources = [page.read_text(encoding="utf-8") for page in pages]
    linked = {name for source in sources for name in re.findall(r"css/[\w/-]+\.css", source)}
    sheets = {
        path.relative_to(ROOT / "static").as_posix() for path in (ROOT / "static" / "css").rglob("*.css")
    }
    assert sheets <= linked | set(static_files.SITE_STYLES)
