"""The stylesheets: one a component where they are written, one file where they are served."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template import Context, Template
from pytest_django.fixtures import Settings

from flexclinic import static_files

PAGE = Template("{% load stylesheets %}{% site_stylesheets %}")


@pytest.fixture
def collected(tmp_path: Path, settings: Settings) -> Path:
    """The static files as production has them."""
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "flexclinic.static_files.BundlingStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_the_bundle_is_all_stylesheets_in_their_order(collected: Path) -> None:
    bundle = (collected / "css/site.css").read_text() if (collected / "css/site.css").exists() else ""
    hashed = next(collected.glob("css/site.*.css")).read_text()
    ends = [_first_rule(name) for name in static_files.SITE_STYLES]
    positions = [(bundle or hashed).index(end) for end in ends]
    assert positions == sorted(positions)


def _first_rule(name: str) -> str:
    """The first line of a stylesheet's heading comment, which no other has."""
    path = finders.find(name)
    assert path
    return Path(path).read_text().splitlines()[1]


def test_served_pages_link_to_the_bundle_alone(collected: Path) -> None:
    html = PAGE.render(Context())
    assert html.count("<link") == 1
    assert "/static/css/site." in html


def test_in_development_each_stylesheet_is_a_link() -> None:
    assert PAGE.render(Context()).count("<link") == len(static_files.SITE_STYLES)


def test_with_debug_nothing_is_collected_and_each_is_a_link(collected: Path, settings: Settings) -> None:
    settings.DEBUG = True
    assert PAGE.render(Context()).count("<link") == len(static_files.SITE_STYLES)


def test_every_component_is_in_the_bundle() -> None:
    folder = Path(str(finders.find("css/tokens.css"))).parent
    components = {f"css/components/{path.name}" for path in (folder / "components").glob("*.css")}
    apart = {"css/components/sign-in.css"}
    assert components - apart <= set(static_files.SITE_STYLES)
