"""Who may sign in to the desk and how: allauth's adapters with the clinic's rules.

Wrong passwords are counted for the client's address, and for the name tried from that address. The name alone is
never locked: a stranger who tries it all day shuts out nobody but himself.
"""

import base64
import datetime
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString
from qrcode.main import QRCode  # type: ignore[import-untyped]

from flexclinic.lib import clock, limits
from flexclinic.views import too_many_tries

FIVE_MINUTES = datetime.timedelta(minutes=5)
PER_ADDRESS = limits.Limit("sign-in from an address", tries=30, per=FIVE_MINUTES)
PER_NAME_AND_ADDRESS = limits.Limit("sign-in with a name from an address", tries=5, per=FIVE_MINUTES)
PER_SECOND_FACTOR = limits.Limit("second factor", tries=5, per=FIVE_MINUTES)
# A code is good for its half minute and the ones before and after: for so long the same one is not taken twice.
SAME_CODE = limits.Limit("second factor with the same code", tries=1, per=datetime.timedelta(seconds=90))

logger = logging.getLogger(__name__)


def count_or_refuse(request: HttpRequest, limit: limits.Limit, *, who: str) -> None:
    """Count a try. Raises ImmediateHttpResponse with the page that says when to try again."""
    if again := limits.count_try(limit, who=who):
        raise ImmediateHttpResponse(too_many_tries(request, again))


def needs_second_factor(user: AbstractUser | AnonymousUser) -> bool:
    """Whether this member of staff must set up a second factor before opening the desk."""
    return (
        settings.STAFF_MFA == "required"
        and user.is_authenticated
        and user.is_staff
        and not Authenticator.objects.filter(
            user_id=user.pk, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exists()
    )


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made at the desk, never by signing up; passwords are tried a few times only."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "That name and password do not belong together. Check both.",
        "incorrect_password": "That is not your password.",
        "enter_current_password": "That is not your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The client's address, for the list of sessions and allauth's own limits."""
        return limits.client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse before the password is looked at, so that a right one is no oracle."""
        for limit, who in self._counted(request, credentials):
            count_or_refuse(request, limit, who=who)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The user with these credentials. A success does not wipe the failures before it."""
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            for limit, who in self._counted(request, credentials):
                limits.take_back(limit, who=who)
        return user

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to ask again who it is before a factor is changed: not within five minutes of signing in."""
        request = context.request
        records = get_authentication_records(request, request.user)
        latest = max((record["at"] for record in records), default=0)  # seconds since 1970
        if clock.now().timestamp() - latest < FIVE_MINUTES.total_seconds():
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def _counted(self, request: HttpRequest, credentials: dict[str, Any]) -> list[tuple[limits.Limit, str]]:
        client = limits.client_network(request)
        name = str(credentials.get("username", "")).strip().casefold()
        return [(PER_ADDRESS, client), (PER_NAME_AND_ADDRESS, f"{client} {name}")]


class StaffMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Second factors: secrets encrypted at rest, a QR code that the strict policy shows."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right, or was used already. Wait for the next one.",
    }

    def encrypt(self, text: str) -> str:
        """The secret as it is stored: a copy of the database alone opens nobody's account."""
        return _vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again; where SECRET_KEY was changed without SECRET_KEY_FALLBACKS, one that fits no code."""
        try:
            return _vault().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            logger.error(
                "a second factor cannot be read: was SECRET_KEY changed without SECRET_KEY_FALLBACKS?"
            )
            return str(generate_totp_secret())

    def build_totp_svg(self, url: str) -> SafeString:
        """The QR code as an SVG element without styles."""
        return qr_code(url)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Where a second factor is required, the last one stays until there is another."""
        if settings.STAFF_MFA != "required":
            return True
        others = Authenticator.objects.filter(
            user_id=authenticator.user_id, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exclude(pk=authenticator.pk)
        return bool(others.exists())

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        """What a new passkey is called until its owner names it."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """What a passkey belongs to: this host, under the clinic's name."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.CLINIC["name"]}


def qr_code(text: str) -> SafeString:
    """An SVG element with the QR code of `text`, dark on light in every color scheme."""
    code = QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg class="qr-code" viewBox="0 0 {size} {size}" role="img" aria-label="QR code" shape-rendering="crispEdges">'
        '<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>',
        size=len(rows),
        path=path,
    )


def _vault() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        Fernet(
            base64.urlsafe_b64encode(
                salted_hmac("flexclinic.staff", "second factor", secret=key, algorithm="sha256").digest()
            )
        )
        for key in keys
    )
