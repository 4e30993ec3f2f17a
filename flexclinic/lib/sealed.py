"""Text that a page's address carries along and that only this site can read.

Encrypted with a key made from SECRET_KEY, for one purpose and for a time. What cannot be opened, for whatever reason,
is as if it were not there.
"""

import base64
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

from flexclinic.lib import clock


def seal(text: str, *, purpose: str) -> str:
    """The text as letters that may stand in an address and tell nothing but about how long it is."""
    return _fernet(purpose).encrypt_at_time(text.encode(), _now()).decode()


def unseal(sealed: str, *, purpose: str, lasts: timedelta) -> str | None:
    """The text, if it was sealed here for this purpose and not longer ago than `lasts`; else None."""
    try:
        return _fernet(purpose).decrypt_at_time(sealed.encode(), int(lasts.total_seconds()), _now()).decode()
    except (InvalidToken, UnicodeError, ValueError):
        return None


def _now() -> int:
    return int(clock.now().timestamp())


def _fernet(purpose: str) -> MultiFernet:
    """Seals with the newest key, and opens with any that is still valid."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(purpose, secret)) for secret in keys])


def _key(purpose: str, secret: str) -> bytes:
    made = salted_hmac(f"flexclinic.lib.sealed.{purpose}", "key", secret=secret, algorithm="sha256")
    return base64.urlsafe_b64encode(made.digest())
