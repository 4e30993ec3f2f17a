"""Words that people read are the same everywhere."""

import re
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parent.parent
#: What migrations say was once so; this is what is read now.
READ = [
    path
    for pattern in (
        "templates/**/*.html",
        "templates/**/*.txt",
        "booking/**/*.py",
        "services/**/*.py",
        "blog/**/*.py",
        "flexclinic/**/*.py",
        "docs/desk.md",
        "docs/operations.md",
    )
    for path in ROOT.glob(pattern)
    if "migrations" not in path.parts
]


def test_email_is_one_word() -> None:
    assert len(READ) > 200
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in READ
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\be-mail", line, re.IGNORECASE)
    ]
    assert found == []


@pytest.mark.parametrize("app", ["booking", "services", "blog"])
def test_email_is_one_word_in_the_names_of_fields(app: str) -> None:
    for model in apps.get_app_config(app).get_models():
        for field in model._meta.get_fields():
            assert "e-mail" not in str(getattr(field, "verbose_name", "")).lower(), field
