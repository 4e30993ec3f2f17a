"""The settings of production, with static files served from where they are written: to collect them takes a while."""

from flexclinic.settings import *  # noqa: F403
from flexclinic.settings import STORAGES

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
