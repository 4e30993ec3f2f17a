"""The diary."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    """Hours, appointments and the messages that tell of them."""

    name = "booking"
    verbose_name = "Diary"
