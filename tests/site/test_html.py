"""The Nu HTML checker finds nothing on any page of the demo site."""

import os
from pathlib import Path

import pytest

from tests.site import nu
from tests.site.conftest import DemoSite

pytestmark = pytest.mark.django_db


def check(folder: Path) -> list[str]:
    """The complaints in words; skips where there is no Java, but never in CI."""
    try:
        found = nu.complaints(folder)
    except nu.NoJavaError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("no Java was found, which the Nu HTML checker needs: install default-jre-headless")
    return [
        f"{Path(each['url']).stem}: line {each.get('lastLine')}: {each['message']} | {each.get('extract', '')[:120]}"
        for each in found
    ]


def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text(
        "<!doctype html><html lang=en><title>x</title><p><div></p><img src=x><b id=a></b><b id=a></b>"
    )
    found = " ".join(check(tmp_path))

    assert "No “p” element in scope" in found
    assert "Duplicate ID “a”" in found


def test_nothing_is_wrong_with_any_page(demo_site: DemoSite, tmp_path: Path) -> None:
    pages = [page for page in [*demo_site.html, *demo_site.others] if page.body]
    for number, page in enumerate(pages):
        named = page.address.strip("/").replace("/", "_").replace("?", "_")[:80] or "home"
        (tmp_path / f"{number:03}-{named}.html").write_bytes(page.body)

    assert len(pages) > 40
    found = check(tmp_path)
    assert found == [], "\n".join(found[:40])
