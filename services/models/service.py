"""What patients book: a service, and its options at a length and a price."""

from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django_prose_editor.fields import ProseEditorField

from blog.publishing import PublishedPage, PublishedPageQuerySet
from services.models.page import PROSE, Pictured, clean_prose
from services.models.room import Room


class Service(Pictured, PublishedPage):
    """A treatment, with the page that tells about it."""

    body = ProseEditorField(blank=True, extensions=PROSE, sanitize=clean_prose)
    position = models.PositiveSmallIntegerField("order", default=0)

    objects = PublishedPageQuerySet.as_manager()

    class Meta(PublishedPage.Meta):
        ordering = ["position", "title"]

    def get_absolute_url(self) -> str:
        """The service's page."""
        return reverse("services:service", args=[self.slug])


class ServiceOptionQuerySet(models.QuerySet["ServiceOption"]):
    """Options by what can be done with them."""

    def bookable(self) -> Self:
        """Those that the website offers: switched on, and somebody gives them."""
        given = ServiceOption.objects.filter(pk=OuterRef("pk"), therapists__bookable=True)
        return self.filter(Exists(given), bookable=True)

    def named(self) -> Self:
        """With the name of their service, and without its pages and pictures, which cost more than all the rest."""
        own = [field.name for field in self.model._meta.concrete_fields if field.name != "service"]
        return self.select_related("service").only(*own, "service__title", "service__slug")


class ServiceOption(models.Model):
    """What a patient books: a service at a length and a price."""

    class Booking(models.TextChoices):
        """What happens when a patient picks a time."""

        INSTANT = "instant", "Booked at once"
        REQUEST = "request", "Asked for; the desk confirms"

    class Clientele(models.TextChoices):
        """Whom it is for."""

        EVERYONE = "everyone", "Everyone"
        NEW = "new", "New patients only"
        RETURNING = "returning", "Returning patients only"

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="options")
    name = models.CharField(max_length=100, help_text="As in First visit, 60 minutes.")
    slug = models.SlugField(unique=True, help_text="In the address: /book/…/")
    minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(5), MaxValueValidator(600)])
    price = models.DecimalField(max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal(0))])
    buffer_before = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(240)], help_text="Minutes that stay free before the visit."
    )
    buffer_after = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(240)], help_text="Minutes that stay free after the visit."
    )
    booking = models.CharField(max_length=10, choices=Booking.choices, default=Booking.REQUEST)
    clientele = models.CharField("for", max_length=10, choices=Clientele.choices, default=Clientele.EVERYONE)
    lead_minutes = models.PositiveIntegerField(
        "notice", null=True, blank=True, help_text="Minutes. Empty: as the booking policy says."
    )
    horizon_days = models.PositiveSmallIntegerField(
        "how far ahead",
        null=True,
        blank=True,
        validators=[MaxValueValidator(730)],
        help_text="Days. Empty: as the booking policy says.",
    )
    most_a_day = models.PositiveSmallIntegerField(
        "most bookings a day",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="With all therapists together. Empty: no limit.",
    )
    rooms = models.ManyToManyField(
        Room, blank=True, related_name="options", help_text="Where it can be. None chosen: it needs no room."
    )
    bookable = models.BooleanField("can be booked", default=True)
    position = models.PositiveSmallIntegerField("order", default=0)

    objects = ServiceOptionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "minutes", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=600), name="option_minutes_in_range"
            ),
            models.CheckConstraint(
                condition=Q(buffer_before__lte=240, buffer_after__lte=240), name="option_buffers_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.name}"

    @property
    def is_instant(self) -> bool:
        """Whether a booking needs no word from the desk."""
        return self.booking == self.Booking.INSTANT
