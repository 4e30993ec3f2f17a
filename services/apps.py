"""What the clinic offers."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Services with their bookable options, therapists and rooms."""

    name = "services"
    verbose_name = "Services and people"

    def ready(self) -> None:
        """Say which pages are found."""
        from blog import search_index
        from services.models import Service, Therapist

        search_index.register(
            Service,
            label="Service",
            body=lambda service: search_index.plain(service.body),
            weight=1.5,  # who looks for a treatment wants to book one
        )
        search_index.register(
            Therapist,
            label="Therapist",
            body=lambda person: f"{person.role} {search_index.plain(person.bio)}",
        )
