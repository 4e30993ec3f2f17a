"""What keeps a clinic's server from starting, and what `check --deploy` says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from flexclinic.checks import check_deployment, check_place

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "k7" + "Zq3vX9pL2mW8rT5yB1nC4dF6gH0jK-sA_eUiOxVwQzRtYcM4u7",
    "DATABASE_URL": "postgres://flex:secret@db.internal/flex",
    "ALLOWED_HOSTS": "clinic.example",
    "SITE_URL": "https://clinic.example",
    "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
}


def start(tmp_path: Path, *command: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    """Run Python as production would, with some variables changed, or left out (None)."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    wanted = {
        **inherited,
        "DJANGO_SETTINGS_MODULE": "flexclinic.settings",
        "FLEXCLINIC_DATA": str(tmp_path),
        **PRODUCTION,
        **changed,
    }
    environment = {name: value for name, value in wanted.items() if value is not None}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_production_starts(tmp_path: Path) -> None:
    done = start(tmp_path, "-c", "import django; django.setup()")
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", PRODUCTION)
@pytest.mark.parametrize("value", [None, " "])
def test_what_is_missing_is_named(tmp_path: Path, name: str, value: str | None) -> None:
    done = start(tmp_path, "-c", "import flexclinic.settings", **{name: value})
    assert done.returncode == 1
    problems = [line for line in done.stderr.splitlines() if line.startswith("- ")]
    assert {line.split()[1] for line in problems} == {name}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 80),
        ("SECRET_KEY", "django-insecure-" + PRODUCTION["SECRET_KEY"]),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "clinic.example,*"),
        ("SITE_URL", "http://clinic.example"),
        ("DEBUG", "1"),
        ("DEMO_STAFF_PASSWORD", "desk"),
        ("RATE_LIMITS", "off"),
        ("STAFF_MFA", "optional"),
        ("CLINIC_TIME_ZONE", "Mars/Olympus"),
    ],
)
def test_what_only_a_demo_may_have_is_named(tmp_path: Path, name: str, value: str) -> None:
    done = start(tmp_path, "-c", "import flexclinic.settings", **{name: value})
    assert done.returncode == 1
    message = done.stderr.rpartition("ImproperlyConfigured: ")[2]
    assert name in message
    assert [other for other in PRODUCTION if other != name and other in message] == []
    assert PRODUCTION["SECRET_KEY"] not in done.stderr


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    done = start(tmp_path, "-c", "import flexclinic.settings", SITE_URL=None, EMAIL_URL=None, STAFF_MFA="no")
    assert [name for name in ("SITE_URL", "EMAIL_URL", "STAFF_MFA") if name not in done.stderr] == []


def test_the_deploy_check_finds_nothing_in_production(tmp_path: Path) -> None:
    done = start(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "WARNINGS" not in done.stdout + done.stderr


def test_the_deploy_check_fails_a_demo(tmp_path: Path) -> None:
    done = start(
        tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING",
        FLEXCLINIC_DEMO="1", STAFF_MFA="optional", SITE_URL="http://clinic.example", EMAIL_URL=None,
        RATE_LIMITS="off",
    )  # fmt: skip
    assert done.returncode == 1
    for number in range(1, 6):
        assert f"flexclinic.W00{number}" in done.stderr


def found(settings: Settings, **changed: object) -> list[str]:
    good: dict[str, object] = {
        "DEMO": False,
        "STAFF_MFA": "required",
        "SITE_URL": "https://clinic.example",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "RATE_LIMITS": True,
        "ALLOWED_HOSTS": ["clinic.example"],
        "CLINIC": {**settings.CLINIC, "email": "desk@clinic.test"},
    }
    for name, value in {**good, **changed}.items():
        setattr(settings, name, value)
    messages: list[CheckMessage] = list(check_deployment(None))
    return [message.id or "" for message in messages]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"DEMO": True}, ["flexclinic.W001"]),
        ({"STAFF_MFA": "optional"}, ["flexclinic.W002"]),
        ({"SITE_URL": "http://clinic.example"}, ["flexclinic.W003"]),
        ({"EMAIL_BACKEND": "flexclinic.lib.mail.FolderBackend"}, ["flexclinic.W004"]),
        ({"RATE_LIMITS": False}, ["flexclinic.W005"]),
        ({"ALLOWED_HOSTS": ["other.example"]}, ["flexclinic.I001"]),
        ({"CLINIC": {"email": "desk@flexclinic.example"}}, ["flexclinic.I002"]),
    ],
)
def test_each_check_by_itself(settings: Settings, changed: dict[str, object], expected: list[str]) -> None:
    assert found(settings, **changed) == expected


@pytest.mark.parametrize("country", ["usa", "us", "United States", " "])
def test_a_country_that_is_no_code_is_named(tmp_path: Path, country: str) -> None:
    done = start(tmp_path, "-c", "import flexclinic.settings", CLINIC_COUNTRY=country)
    assert done.returncode == 1
    assert "CLINIC_COUNTRY is" in done.stderr


@pytest.mark.parametrize(
    ("country", "region", "found", "hint"),
    [
        ("US", "NY", [], ""),
        ("US", "", [], ""),
        ("GB", "Scotland", [], ""),
        ("XX", "NY", ["flexclinic.E001"], " US, "),
        ("US", "New York", [], ""),
        ("US", "Gotham", ["flexclinic.W006"], " NY, "),
        ("GB", "Greater London", ["flexclinic.W006"], " SCT, "),
        ("VA", "Rome", ["flexclinic.W006"], "Leave it empty."),
    ],
)
def test_a_country_and_a_region_that_are_not_known_are_named_with_those_that_are(
    settings: Settings, country: str, region: str, found: list[str], hint: str
) -> None:
    settings.CLINIC = {**settings.CLINIC, "country": country, "region": region}
    said = list(check_place(None))
    assert [each.id for each in said] == found
    assert all(hint in str(each.hint) for each in said)
