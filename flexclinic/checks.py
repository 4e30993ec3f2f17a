"""What `manage.py check --deploy` says beyond Django's own: what must not stay as it is in the demo."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Info, Tags, register
from django.http.request import validate_host


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
