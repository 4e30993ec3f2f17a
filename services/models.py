"""What the clinic offers, who gives it and where."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django_prose_editor.fields import ProseEditorField
from imagefield.fields import ImageField

from blog.publishing import PublishedPage, PublishedPageQuerySet

#: What an editor may use in a service's or a therapist's text; the server keeps nothing else.
PROSE = {
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Heading": {"levels": [2, 3]},
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
}


class Pictured(models.Model):
    """A picture: uploaded, or one that was drawn for the site."""

    picture = ImageField(
        upload_to="pictures/",
        blank=True,
        auto_add_fields=True,
        formats={"card": ["default", ("crop", (640, 480))], "portrait": ["default", ("crop", (480, 600))]},
    )
    drawing = models.CharField(
        max_length=200,
        blank=True,
        help_text="In place of a picture: a drawing of the site's own, as in img/people/one.svg.",
    )
    picture_text = models.CharField(
        "text for the picture",
        max_length=200,
        blank=True,
        help_text="What it shows, for people who cannot see it. Empty: it only decorates.",
    )

    class Meta:
        abstract = True


class Service(Pictured, PublishedPage):
    """A treatment, with the page that tells about it."""

    body = ProseEditorField(blank=True, extensions=PROSE, sanitize=True)
    position = models.PositiveSmallIntegerField("order", default=0)

    objects = PublishedPageQuerySet.as_manager()

    class Meta(PublishedPage.Meta):
        ordering = ["position", "title"]

    def get_absolute_url(self) -> str:
        """The service's page."""
        return reverse("services:service", args=[self.slug])


class Room(models.Model):
    """A room in which visits take place."""

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(unique=True)
    in_use = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ServiceOptionQuerySet(models.QuerySet["ServiceOption"]):
    """Options by what can be done with them."""

    def bookable(self) -> Self:
        """Those that the website offers: switched on, and somebody gives them."""
        given = Therapist.objects.filter(bookable=True, options=OuterRef("pk"))
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


class Therapist(Pictured, PublishedPage):
    """A person who treats patients. The page's title is the person's name."""

    not_restored = PublishedPage.not_restored | {"options", "bookable", "user"}

    role = models.CharField(max_length=100, blank=True, help_text="As in Neuromuscular massage therapist.")
    bio = ProseEditorField(blank=True, extensions=PROSE, sanitize=True)
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
