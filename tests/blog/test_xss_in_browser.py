"""Payloads in every field that an editor may fill, saved through the admin and opened in a real browser: nothing runs.

Which kinds of page there are, and which fields and blocks they have, is asked of the admin: a new one is covered
without a line here.
"""

import itertools
import os
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.utils.safestring import mark_safe
from django_prose_editor.fields import ProseEditorFormField
from playwright.sync_api import Browser, Dialog, Page, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from blog.blocks import RichTextBlock
from blog.models import PostRichText
from blog.publishing import PublishedPage, State
from services.models import Muscle, Zone
from tests.blog.test_editor_in_browser import CHROMIUM
from tests.blog.xss_payloads import ALL, QUICK
from tests.factories.blog import make_author, make_category, make_post
from tests.factories.services import make_muscle, make_option, make_room, make_therapist
from tests.factories.uploads import CAPTIONS, jpeg, make_picture, make_video, mp4
from tests.who_may.routes import PAGES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path"),
]

_numbers = itertools.count(1)

#: The editor's models. What only the desk fills has tests of its own.
APPS = {"blog", "services"}


def editors_models() -> list[type[Model]]:
    """Everything of these apps that the admin has a form for."""
    return sorted(
        (model for model in admin.site._registry if model._meta.app_label in APPS),
        key=lambda model: model._meta.label,
    )


def value_of(field: Any, name: str, payload: str) -> Any:
    """What a browser sends for a field: the payload where words are asked for, else something that fits."""
    rows: Any = getattr(field, "queryset", None)
    choices: Any = getattr(field, "choices", ())
    match field:
        case forms.FileField():
            files = {"film": ("a.mp4", mp4()), "captions": ("a.vtt", CAPTIONS.encode())}
            return SimpleUploadedFile(*files.get(name, ("a.jpg", jpeg((300, 300)))))
        case forms.ModelMultipleChoiceField():
            return [str(row.pk) for row in rows.all()[:1]]
        case forms.ModelChoiceField():
            row = rows.first() if field.required or name in {"upload", "still"} else None
            return str(row.pk) if row else ""
        case forms.BooleanField():
            return "on" if field.initial else ""
        case forms.ChoiceField():
            chosen = {"state": State.LIVE.value, "picture": ""}.get(name)
            keys = [str(key) for key, _words in choices if key]
            if name == "slug":  # of a place that is drawn: one that has no page yet
                keys = [key for key in keys if not Zone.objects.filter(slug=key).exists()]
            return chosen if chosen is not None else keys[0] if keys else "gone"
        case forms.SlugField():
            return f"page-{next(_numbers)}"
        case forms.IntegerField() | forms.DecimalField():
            return str(field.initial if field.initial is not None else "30" if field.required else "")
        case forms.SplitDateTimeField() | forms.DateField() | forms.DateTimeField() | forms.UUIDField():
            return ""
        case ProseEditorFormField():
            return f"<p>words {payload}</p>"
        case forms.CharField():
            fits = field.max_length is None or len(payload) <= field.max_length
            return f"{payload}{next(_numbers)}" if field.max_length and fits else payload if fits else "words"
    return ""


def filled(response: Any, payload: str) -> dict[str, Any]:
    """The form of an add page, with the payload in each of its fields and one block of each kind."""
    data: dict[str, Any] = {}
    for name, field in response.context["adminform"].form.fields.items():
        data[name] = value_of(field, name, payload)
    for inline in response.context["inline_admin_formsets"]:
        formset = inline.formset
        empty = formset.empty_form
        data |= {f"{formset.prefix}-TOTAL_FORMS": 1, f"{formset.prefix}-INITIAL_FORMS": 0}
        for name, field in empty.fields.items():
            if name in {"id", "parent", "DELETE"}:
                continue
            given = {"region": "main", "ordering": "10"}.get(name)
            data[f"{formset.prefix}-0-{name}"] = given or value_of(field, name, payload)
    return data


def fitting(data: dict[str, Any], errors: dict[str, Any]) -> dict[str, Any]:
    """The same with plain words where the form refuses the payload."""
    return data | {name: f"words-{next(_numbers)}" for name in errors if isinstance(data.get(name), str)}


def models_for(number: int) -> list[type[Model]]:
    """Every kind of page takes every payload; of the other models each takes every third."""
    return [
        model
        for place, model in enumerate(editors_models())
        if (issubclass(model, PublishedPage) and getattr(model, "regions", None)) or (place + number) % 3 == 0
    ]


def save_everywhere(
    editor: Client, payload: str, models: list[type[Model]]
) -> tuple[list[tuple[type[Model], Any]], int]:
    """One row of each model with the payload in it, saved through the admin; and how many fields hold it."""
    rows = []
    fields = 0
    Zone.objects.all().delete()  # there are only so many places
    if not Muscle.objects.exists():
        make_muscle()  # a place on the body map asks for one
    for model in models:
        add = f"/admin/{model._meta.app_label}/{model._meta.model_name}/add/"
        page = editor.get(add)
        data = filled(page, payload)
        response = editor.post(add, data)
        if response.status_code == 200:
            form = response.context["adminform"].form
            inlines = {
                f"{inline.formset.prefix}-{number}-{name}": error
                for inline in response.context["inline_admin_formsets"]
                for number, errors in enumerate(inline.formset.errors)
                for name, error in errors.items()
            }
            data = fitting(filled(page, payload), form.errors | inlines)
            response = editor.post(add, data)
        assert response.status_code == 302, (model, response.context["errors"])
        fields += sum(payload in value for value in data.values() if isinstance(value, str))
        rows.append((model, model._default_manager.order_by("-pk").first()))
    return rows, fields


def public_paths() -> list[str]:
    """Every page of the website that needs no row of its own."""
    found = []
    for asked in (*PAGES["The website"].values(), *PAGES["Booking, without an account"].values()):
        method, _, address = asked.partition(" ")
        if "GET" in method and "{" not in address and "media" not in address:
            found.append(address)
    return sorted(set(found))


@pytest.fixture
def editor(media_folder: object) -> Client:
    """Somebody who may do everything; and one row of whatever a form may ask for."""
    client = Client()
    client.force_login(User.objects.create_superuser("editor-of-payloads"))
    make_author()
    make_category()
    make_picture()
    make_video()
    make_therapist(options=[make_option(rooms=[make_room()])])
    return client


#: Touches everything as a reader could, and tells what could run later.
_TOUCH = """() => {
  const found = [];
  for (const element of document.querySelectorAll("*")) {
    for (const attribute of element.attributes) {
      if (/^on/i.test(attribute.name)) found.push(`${element.nodeName} ${attribute.name}`);
      if (/^(?:href|src|action|formaction|data|xlink:href)$/i.test(attribute.name)
          && /^[\\s\\u0000-\\u0020]*(?:javascript|vbscript|data):/i.test(attribute.value)) {
        found.push(`${element.nodeName} ${attribute.value}`);
      }
    }
    for (const name of ["mouseover", "pointerenter", "focus", "error", "toggle", "wheel", "animationstart"]) {
      element.dispatchEvent(new Event(name));
    }
  }
  return found;
}"""


def open_all(browser: Browser, live_server: LiveServer, cookie: str, paths: list[str]) -> dict[str, Any]:
    """What ran or could run on each page."""
    ran: list[str] = []
    context = browser.new_context()
    context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
    context.expose_binding("ran", lambda source, *_: ran.append(source["page"].url))
    page: Page = context.new_page()

    def heard(dialog: Dialog) -> None:
        ran.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("dialog", heard)
    found: dict[str, Any] = {}
    for path in paths:
        page.goto(live_server.url + path, wait_until="load")
        touched = page.evaluate(_TOUCH)
        if touched or ran:
            found[path] = [*touched, *ran]
            ran.clear()
    context.close()
    return found


def addresses(rows: list[tuple[type[Model], Any]], *, forms_too: bool) -> list[str]:
    """The public page of each row, and its pages in the admin."""
    found = [row.get_absolute_url() for _model, row in rows if hasattr(row, "get_absolute_url")]
    if forms_too:
        for model, row in rows:
            base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{row.pk}"
            found += [f"{base}/change/", f"{base}/delete/", f"{base}/history/"]
            if hasattr(admin.site._registry[model], "check_view"):
                found.append(f"{base}/check/")
    return found


def changelists() -> list[str]:
    """The lists of the admin, and a search in each."""
    lists = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in editors_models()]
    return ["/admin/", *lists, *(f"{path}?q=ran" for path in lists)]


def run(payloads: list[str], editor: Client, live_server: LiveServer) -> tuple[dict[str, Any], int]:
    """Save and open all; the rows first, because the test asks the database nothing while a browser is open."""
    paths = []
    fields = 0
    for number, payload in enumerate(payloads):
        rows, held = save_everywhere(editor, payload, models_for(number))
        fields += held
        paths += addresses(rows, forms_too=number < 3)
    paths += [*public_paths(), *changelists()]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            return open_all(browser, live_server, editor.cookies["session"].value, paths), fields
        finally:
            browser.close()


def test_there_are_a_hundred_payloads_of_every_class() -> None:
    assert len(set(ALL)) == len(ALL) >= 100
    assert len(QUICK) == 12


def test_a_payload_of_each_class_runs_nowhere(editor: Client, live_server: LiveServer) -> None:
    found, fields = run(QUICK, editor, live_server)

    assert found == {}
    assert fields >= 15 * len(QUICK)  # so many fields, at the least, took it as it was typed


@pytest.mark.skipif("EXHAUSTIVE" not in os.environ, reason="an hour on two cores: EXHAUSTIVE=1 runs it")
def test_no_payload_runs_anywhere(editor: Client, live_server: LiveServer) -> None:
    found, _fields = run(ALL, editor, live_server)

    assert found == {}


def opened_without_cleaning(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What runs on a post whose text is shown as it was typed."""
    monkeypatch.setattr(RichTextBlock, "html", property(lambda block: mark_safe(block.text)))
    post = make_post()
    PostRichText.objects.update(text="<p>words <img src=x onerror=ran()></p>")
    path = post.get_absolute_url()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        ran: list[str] = []
        page = browser.new_page()
        page.expose_binding("ran", lambda source, *_: ran.append(source["page"].url))
        page.goto(live_server.url + path, wait_until="networkidle")
        browser.close()
    return {path: ran} if ran else {}


def test_with_cleaning_and_policy_off_a_payload_does_run(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.CONTENT_SECURITY_POLICY = None

    assert opened_without_cleaning(live_server, monkeypatch) != {}


def test_with_cleaning_off_the_policy_alone_keeps_it_from_running(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opened_without_cleaning(live_server, monkeypatch) == {}
