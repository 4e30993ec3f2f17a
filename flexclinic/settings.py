"""All settings, from the environment, failing loudly.

Production is the default. The local demo (`make run`, `manage.py` without `DATABASE_URL`, the tests) says so with
`FLEXCLINIC_DEMO=1` and may then leave out what a clinic must set; `DEBUG=1` is for the demo only.
"""

import os
import re
import secrets
from email.utils import formataddr, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import django_stubs_ext
import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from flexclinic import embedded
from flexclinic.lib import actors

django_stubs_ext.monkeypatch()  # lets annotations such as ModelAdmin[Post] run

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env("FLEXCLINIC_DATA", default=str(BASE_DIR / "var"))).expanduser().resolve()

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("FLEXCLINIC_DEMO", default=False)


# What production must have, and what it must not.

_SHORTEST_KEY = 50


def _problems_in_production() -> list[str]:
    """Name each variable that keeps a real clinic from starting, with what to do about it."""
    problems = [
        f"{name} is missing: {what}"
        for name, what in {
            "SECRET_KEY": f"a random text of at least {_SHORTEST_KEY} characters",
            "DATABASE_URL": "postgres://user:password@host/database",
            "ALLOWED_HOSTS": "the site's host names, separated by commas",
            "SITE_URL": "the site's address, as in https://clinic.example",
            "EMAIL_URL": "the mail server, as in smtp+tls://user:password@host:587",
        }.items()
        if not env.str(name, default="").strip()
    ]
    problems += [
        f"{name} is set, which only a demo may have: remove it"
        for name in ("DEMO_STAFF_PASSWORD",)
        if env.str(name, default="")
    ]
    if DEBUG:
        problems.append(
            "DEBUG is on, which shows visitors what nobody may see: remove it, or set FLEXCLINIC_DEMO=1 as well"
        )
    key = env.str("SECRET_KEY", default="")
    if key and (len(key) < _SHORTEST_KEY or len(set(key)) < 10 or key.startswith("django-insecure")):
        problems.append(f"SECRET_KEY is weak: use a random text of at least {_SHORTEST_KEY} characters")
    if env.str("EMAIL_URL", default="").startswith("smtps:"):
        problems.append("EMAIL_URL begins with smtps:, which is read in two ways: use smtp+tls: or smtp+ssl:")
    if "*" in env.list("ALLOWED_HOSTS", default=[]):
        problems.append("ALLOWED_HOSTS holds '*', which only a demo may have: name the site's host names")
    site_url = env.str("SITE_URL", default="")
    if site_url and urlsplit(site_url).scheme != "https":
        problems.append("SITE_URL must begin with https://")
    if env.str("RATE_LIMITS", default="on") == "off":
        problems.append("RATE_LIMITS is off, which only a load test may have: remove it")
    if env.str("STAFF_MFA", default="required") != "required":
        problems.append("STAFF_MFA is not 'required', which only a demo may have: remove it")
    return problems


if not DEMO and (_found := _problems_in_production()):
    raise ImproperlyConfigured("FlexClinic does not start in production like this:\n- " + "\n- ".join(_found))


def _demo_secret_key() -> str:
    """A key made for this machine and kept with its data, so that a second run keeps the sessions."""
    kept = DATA_DIR / "secret_key"
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return kept.read_text()


SECRET_KEY = env.str("SECRET_KEY", default="") or _demo_secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[".localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
RATE_LIMITS = env.str("RATE_LIMITS", default="on") != "off"
STAFF_MFA = env.str("STAFF_MFA", default="optional" if DEMO else "required")


# The clinic

CLINIC = {
    "name": env.str("CLINIC_NAME", default="Flex Spine & Sport"),
    "phone": env.str("CLINIC_PHONE", default="(212) 555-0142"),
    "email": env.str("CLINIC_EMAIL", default="desk@flexclinic.example"),
    "street": env.str("CLINIC_STREET", default="240 Harbor Street, Floor 2"),
    "city": env.str("CLINIC_CITY", default="New York"),
    "region": env.str("CLINIC_REGION", default="NY"),
    "postal_code": env.str("CLINIC_POSTAL_CODE", default="10004"),
    "country": env.str("CLINIC_COUNTRY", default="US"),
    "map_url": env.str("CLINIC_MAP_URL", default=""),
    "emergency_number": env.str("CLINIC_EMERGENCY_NUMBER", default="911"),
}
if not re.fullmatch(r"[A-Z]{2}", CLINIC["country"]):  # which codes there are, flexclinic.checks knows
    raise ImproperlyConfigured(
        f"CLINIC_COUNTRY is {CLINIC['country']!r}: use the two capital letters of ISO 3166-1, such as US"
    )
PHONENUMBER_DEFAULT_REGION = CLINIC["country"]
CLINIC_TIME_ZONE = env.str("CLINIC_TIME_ZONE", default="America/New_York")
CURRENCY = env.str("CLINIC_CURRENCY", default="USD")
try:
    ZoneInfo(CLINIC_TIME_ZONE)
except (KeyError, ValueError, OSError) as error:
    raise ImproperlyConfigured(
        f"CLINIC_TIME_ZONE is {CLINIC_TIME_ZONE!r}: use an IANA name such as America/New_York"
    ) from error


# Django

INSTALLED_APPS = [
    "flexclinic.apps.FlexClinicConfig",
    "booking",
    "services",
    "blog",
    "flexclinic.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "content_editor",
    "crispy_forms",
    "csp",
    "django_htmx",
    "django_prose_editor",
    "imagefield",
    "pgtrigger",
    "pghistory",
    "phonenumber_field",
    "procrastinate.contrib.django",
    "reversion",
]

MIDDLEWARE = [
    "flexclinic.middleware.health",
    "flexclinic.middleware.isolation_headers",
    "flexclinic.middleware.private_pages",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",  # refuses strange hosts: what is above sets headers on that too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "flexclinic.middleware.acting",
    "flexclinic.middleware.staff_second_factor",
    "django_htmx.middleware.HtmxMiddleware",
    "blog.addresses.former_addresses",
]

ROOT_URLCONF = "flexclinic.urls"
WSGI_APPLICATION = "flexclinic.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "flexclinic.context.clinic",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_TEMPLATE_PACK = "flexforms"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("flexforms",)
CRISPY_FAIL_SILENTLY = False


# Database: PostgreSQL, through psycopg's pool. Without DATABASE_URL the project's own server.

# Two roles where there can be: commands that make tables run as their owner, everything else as the application.

_application: dict[str, Any] = (
    env.db_url("DATABASE_URL") if env.str("DATABASE_URL", default="") else embedded.connection_parameters()
)
if env.str("DATABASE_OWNER_URL", default=""):
    _owner: dict[str, Any] = env.db_url("DATABASE_OWNER_URL")
elif env.str("DATABASE_URL", default=""):
    _owner = _application
else:
    _owner = embedded.connection_parameters(owner=True)
AS_OWNER = env.bool("FLEXCLINIC_AS_OWNER", default=False)  # manage.py sets it for the commands that need it
DATABASE_APPLICATION = {name: _application.get(name, "") for name in ("USER", "PASSWORD")}
_database = _owner if AS_OWNER else _application
DATABASES = {
    "default": {
        **_database,
        "HOST": unquote(_database["HOST"]),  # a socket's folder comes percent-encoded
        "ENGINE": "flexclinic.database",  # looks at a connection of the pool before it is used
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            **_database.get("OPTIONS", {}),
            "application_name": actors.program_name(),
            "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=8), "timeout": 3},
            # A query that comes back is planned once a connection: the diary's two cost half of what they would.
            "server_side_binding": True,
            "prepare_threshold": 3,
        },
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "flexclinic_cache",  # its table comes with the first migration of flexclinic
        "OPTIONS": {"MAX_ENTRIES": 20_000},  # beyond it live entries go, and with them used sign-in codes
    }
}


# Language, time

LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = CLINIC_TIME_ZONE  # what the admin shows and reads; stored instants are UTC


# Static files and media

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "flexclinic.static_files.BundlingStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = False  # templates/_plain.html looks no hash up
IMAGEFIELD_FORMATS: dict[str, Any] = {}
IMAGEFIELD_AUTOGENERATE = True
IMAGEFIELD_BIN_DEPTH = 2


# Mail: EMAIL_URL names the server; the demo keeps messages as files.

if _email_url := env.str("EMAIL_URL", default=""):
    vars().update(env.email_url_config(_email_url))
    EMAIL_TIMEOUT = 15  # seconds: a server that hangs must not hold the worker
else:
    EMAIL_BACKEND = "flexclinic.lib.mail.FolderBackend"
MAIL_FOLDER = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=formataddr((CLINIC["name"], CLINIC["email"])))
SERVER_EMAIL = parseaddr(DEFAULT_FROM_EMAIL)[1]


# Jobs

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful"}


# Staff sign-in, in front of the admin

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "flexclinic.staff.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE_URL.startswith("https://") else "http"
ACCOUNT_FORMS = {
    "login": "flexclinic.staff_forms.SignInForm",
    "reauthenticate": "flexclinic.staff_forms.ConfirmPasswordForm",
    "change_password": "flexclinic.staff_forms.NewPasswordForm",
}
# Passwords and codes are counted by flexclinic.staff, for the client and the name; allauth counts the rest.
ACCOUNT_RATE_LIMITS: dict[str, str | None] | bool = (
    {"login": None, "login_failed": "10/5m/key"} if RATE_LIMITS else False
)
MFA_ADAPTER = "flexclinic.staff.StaffMFAAdapter"
MFA_FORMS = {
    "activate_totp": "flexclinic.staff_forms.AuthenticatorAppForm",
    "add_webauthn": "flexclinic.staff_forms.PasskeyForm",
    "authenticate": "flexclinic.staff_forms.SecondFactorForm",
    "authenticate_webauthn": "flexclinic.staff_forms.SecondFactorPasskeyForm",
    "reauthenticate": "flexclinic.staff_forms.ConfirmSecondFactorForm",
}
MFA_RATE_LIMITS: dict[str, str] | bool = {"webauthn_login": "10/m/ip"} if RATE_LIMITS else False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # half minutes before and after; flexclinic.staff_forms takes no code twice
MFA_TOTP_ISSUER = CLINIC["name"]
USERSESSIONS_TRACK_ACTIVITY = False
TRUSTED_PROXY_COUNT = env.int(
    "TRUSTED_PROXY_COUNT", default=0
)  # how many of X-Forwarded-For are our own proxies'
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]


# Headers and cookies, at their strictest

SECURE = SITE_URL.startswith("https://")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "media-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        **({"upgrade-insecure-requests": True} if SECURE else {}),
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("TRUST_FORWARDED_PROTO", default=False) else None
)
SECURE_HSTS_SECONDS = 63072000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: one day at the desk
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "flexclinic.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SECURE else []
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000  # bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000


# Logs: one line an event, on standard error, without what people typed.

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"redact": {"()": "flexclinic.redaction.RedactingFilter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redact"]},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "flexclinic": {"level": "INFO"},
        "booking": {"level": "INFO"},
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},  # what was not found or refused stands in the access log
        "django.security.DisallowedHost": {
            "level": "CRITICAL"
        },  # every scanner's visit, with a traceback each
        "procrastinate": {"level": "WARNING"},
    },
}
