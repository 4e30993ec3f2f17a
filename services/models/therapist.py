"""Who treats patients."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django_prose_editor.fields import ProseEditorField

from blog.publishing import PublishedPage, PublishedPageQuerySet
from services.models.page import PROSE, Pictured, clean_prose
from services.models.service import ServiceOption


class Therapist(Pictured, PublishedPage):
    """A person who treats patients. The page's title is the person's name."""

    not_restored = PublishedPage.not_restored | {"options", "bookable", "user"}

    role = models.CharField(max_length=100, blank=True, help_text="As in Neuromuscular massage therapist.")
    bio = ProseEditorField(blank=True, extensions=PROSE, sanitize=clean_prose)
    options = models.ManyToManyField(ServiceOption, blank=True, related_name="therapists")
    bookable = models.BooleanField("can be booked", default=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="therapist",
        verbose_name="signs in as",
        help_text="The account in which this person sees their own diary and their own patients.",
    )
    position = models.PositiveSmallIntegerField("order", default=0)

    objects = PublishedPageQuerySet.as_manager()

    class Meta(PublishedPage.Meta):
        ordering = ["position", "title"]

    def get_absolute_url(self) -> str:
        """The therapist's page."""
        return reverse("services:therapist", args=[self.slug])

    @property
    def name(self) -> str:
        """The person's name."""
        return self.title
