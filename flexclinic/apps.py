"""The project as an app, and the admin site as the clinic's desk."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class FlexClinicConfig(AppConfig):
    """What touches every app: seed, checks, the wording of dates."""

    name = "flexclinic"

    def ready(self) -> None:
        """Register the deployment checks."""
        from flexclinic import checks  # noqa: F401


class DeskConfig(AdminConfig):
    """Django's admin, as the front desk's place of work."""

    default_site = "flexclinic.desk.DeskSite"
