"""The settings of the web server that benchmarks ask: the project's own, but for an empty view among the addresses."""

from flexclinic.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.site_urls"
