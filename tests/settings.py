"""The project's settings as the tests run with them: the demo's, on the embedded server unless DATABASE_URL is set."""

import os

os.environ.setdefault("FLEXCLINIC_DEMO", "1")
os.environ["FLEXCLINIC_AS_OWNER"] = "1"  # test databases are made and emptied
os.environ.setdefault("SITE_URL", "http://testserver")

from flexclinic import embedded
from flexclinic.settings import *  # noqa: F403
from flexclinic.settings import DATA_DIR, DATABASES, STORAGES

# A folder of the tests' own beside the demo's data: its PostgreSQL runs without what makes a crash harmless.
TESTS_DIR = DATA_DIR / "tests"
MEDIA_ROOT = TESTS_DIR / "media"
MAIL_FOLDER = TESTS_DIR / "mail"
if "DATABASE_URL" not in os.environ:
    DATABASES["default"] |= embedded.connection_parameters(TESTS_DIR, owner=True)

# Test databases are dropped at the end, which pooled connections would keep from happening.
DATABASES["default"]["OPTIONS"].pop("pool")

# No collectstatic before a test: files are served from where they are written.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# A hash that costs nothing: what it would protect here is made up.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
