"""The diary."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    """Hours, appointments and the messages that tell of them."""

    name = "booking"
    verbose_name = "Diary"

    def ready(self) -> None:
        """Offer free times to the pages of the site."""
        from blog import embeds
        from booking import page_embeds  # it needs the models

        embeds.register(
            embeds.FREE_TIMES,
            choices=page_embeds.option_choices,
            load=page_embeds.load_free_times,
            template_name="booking/embeds/free_times.html",
        )
