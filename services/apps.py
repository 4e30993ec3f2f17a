"""What the clinic offers."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Services with their bookable options, therapists and rooms."""

    name = "services"
    verbose_name = "Services and people"
