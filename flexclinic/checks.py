"""What `manage.py check` says beyond Django's own; with `--deploy` also what must not stay as it is in the demo."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Info, Tags, register
from django.http.request import validate_host

from flexclinic.lib import public_holidays


@register()
def check_place(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    """Find a country that there is not, and a region whose holidays cannot be offered."""
    country, region = settings.CLINIC["country"], settings.CLINIC["region"]
    if country not in public_holidays.countries():
        yield checks.Error(
            f"CLINIC_COUNTRY is {country!r}, which is no country.",
            hint=f"Use one of {', '.join(public_holidays.countries())}.",
            id="flexclinic.E001",
        )
    elif region and region != public_holidays.region_of_the_clinic():
        known = public_holidays.regions(country)
        yield checks.Warning(
            f"CLINIC_REGION is {region!r}: no region of {country} with public holidays of that name is known, "
            "so the desk is offered only those of the whole country.",
            hint=f"Use one of {', '.join(known)}, or leave it empty." if known else "Leave it empty.",
            id="flexclinic.W006",
        )


@register(Tags.database, deploy=True)
def check_who_owns_the_audit(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> Iterable[CheckMessage]:
    """Find an application that could alter what the audit says of it: `check --deploy --database default`."""
    from flexclinic.database import roles  # it needs Django to be set up

    if databases and not settings.AS_OWNER and roles.owns_the_audit():
        yield checks.Warning(
            "The application's database role owns the audit, so whoever takes over the application could alter it.",
            hint="Give DATABASE_URL a role that owns nothing, and `migrate` the owner's as DATABASE_OWNER_URL: "
            "docs/operations.md, Two database roles.",
            id="flexclinic.W007",
        )


@register(Tags.security, deploy=True)
def check_deployment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    """Find what a demo may have and a clinic may not."""
    site = urlsplit(settings.SITE_URL)
    if settings.DEMO:
        yield checks.Warning(
            "The site runs as a demo.",
            hint="Remove FLEXCLINIC_DEMO and DEBUG from the environment.",
            id="flexclinic.W001",
        )
    if settings.STAFF_MFA != "required":
        yield checks.Warning(
            "Staff may sign in with a password alone.",
            hint="Remove STAFF_MFA from the environment, or set it to 'required'.",
            id="flexclinic.W002",
        )
    if site.scheme != "https":
        yield checks.Warning(
            "The site's address is not https, so cookies and pages can be read on the way.",
            hint="Set SITE_URL, as in https://clinic.example.",
            id="flexclinic.W003",
        )
    if not settings.EMAIL_BACKEND.startswith("django.core.mail.backends.smtp"):
        yield checks.Warning(
            "Messages to patients are not sent by a mail server.",
            hint="Set EMAIL_URL, as in smtp+tls://user:password@host:587.",
            id="flexclinic.W004",
        )
    if not settings.RATE_LIMITS:
        yield checks.Warning(
            "Nothing limits how often a password is tried.",
            hint="Remove RATE_LIMITS from the environment.",
            id="flexclinic.W005",
        )
    if not validate_host(site.hostname or "", settings.ALLOWED_HOSTS):
        yield Info(
            f"The host of SITE_URL, {site.hostname}, is not one of ALLOWED_HOSTS.",
            hint="Links in messages lead to SITE_URL: add its host to ALLOWED_HOSTS.",
            id="flexclinic.I001",
        )
    if settings.CLINIC["email"].endswith(".example"):
        yield Info(
            "The clinic's name, address and phone are still the example's.",
            hint="Set CLINIC_NAME, CLINIC_PHONE, CLINIC_EMAIL, CLINIC_STREET, CLINIC_CITY, CLINIC_POSTAL_CODE.",
            id="flexclinic.I002",
        )
