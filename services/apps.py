"""What the clinic offers."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Services with their bookable options, therapists and rooms."""

    name = "services"
    verbose_name = "Services and people"

    def ready(self) -> None:
        """Offer the muscles' figures to the pages of the site, and say which pages are found."""
        from blog import embeds
        from services import found, page_embeds  # they need the models

        embeds.register(
            embeds.MUSCLE,
            choices=page_embeds.muscle_choices,
            load=page_embeds.load_muscles,
            template_name="services/embeds/muscle_figure.html",
        )
        found.register()
