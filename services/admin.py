"""What the clinic offers, who gives it and where, in the admin."""

from typing import Any

from content_editor.admin import ContentEditor
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth.models import User
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from reversion.admin import VersionAdmin

from blog.admin import block_inlines
from blog.check_admin import CheckedPages
from blog.publishing import PublishedPage
from flexclinic.lib import clock
from services.models import (
    CONDITION_BLOCKS,
    EXPLAINER_BLOCKS,
    Condition,
    Explainer,
    Muscle,
    Room,
    Service,
    ServiceOption,
    Therapist,
    Zone,
    ZoneMuscle,
)
from services.models.zone import drawn_zones

_PUBLICATION = (
    "Publication",
    {
        "fields": ("state", ("publish_at", "expire_at")),
        "description": "A live page shows from the first of these moments until the second.",
    },
)
_REVIEW = (
    "Medical review",
    {
        "fields": ("reviewer", ("reviewed_on", "next_review_on")),
        "description": "A licensed clinician must review the page before a real clinic publishes it.",
        "classes": ("collapse",),
    },
)
_SEARCH = ("Search engines", {"fields": ("seo_title", "seo_description"), "classes": ("collapse",)})
#: For forms of many short texts.
_SHORT_TEXTS: Any = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}
_PICTURE = ("Picture", {"fields": ("picture", "drawing", "picture_text")})


class PageAdmin(VersionAdmin):  # type: ignore[misc]
    """A page with an address, its revisions and what it is now."""

    prepopulated_fields = {"slug": ["title"]}
    search_fields: tuple[str, ...] = ("title", "summary", "slug")
    history_latest_first = True
    list_per_page = 50

    @admin.display(description="now")
    def publication(self, page: PublishedPage) -> str:
        """What the page is now."""
        return str(page.publication(clock.now()).label)


@admin.register(Service)
class ServiceAdmin(PageAdmin):
    """Treatments with their pages. What can be booked of them is in the options."""

    list_display = ("title", "publication", "bookable_options", "position")
    list_filter = ("state",)
    fieldsets = (
        (None, {"fields": (("title", "slug"), "summary", "body", "position")}),
        _PICTURE,
        _PUBLICATION,
        _REVIEW,
        _SEARCH,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Service]:
        """With the options, in one more query."""
        services: QuerySet[Service] = super().get_queryset(request).prefetch_related("options")
        return services

    @admin.display(description="options")
    def bookable_options(self, service: Service) -> str:
        """The names of what can be booked."""
        return ", ".join(option.name for option in service.options.all() if option.bookable) or "none"


@admin.register(ServiceOption)
class ServiceOptionAdmin(admin.ModelAdmin[ServiceOption]):
    """What patients book: a service at a length and a price."""

    list_display = ("name", "service", "minutes", "price", "booking", "clientele", "bookable")
    list_display_links = ("name",)
    list_filter = ("service", "booking", "bookable")
    list_select_related = ("service",)
    search_fields = ("name", "slug", "service__title")
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ("rooms",)
    fieldsets = (
        (None, {"fields": ("service", ("name", "slug"), ("minutes", "price"), "position")}),
        (
            "Booking",
            {
                "fields": (
                    "bookable",
                    "booking",
                    "clientele",
                    ("buffer_before", "buffer_after"),
                    ("lead_minutes", "horizon_days"),
                    "most_a_day",
                    "rooms",
                )
            },
        ),
    )


@admin.register(Therapist)
class TherapistAdmin(PageAdmin):
    """The people who treat, with their pages and what they give."""

    list_display = ("title", "role", "publication", "bookable", "position")
    list_filter = ("bookable", "state")
    search_fields = ("title", "role", "slug")
    filter_horizontal = ("options",)
    fieldsets = (
        (None, {"fields": (("title", "slug"), "role", "summary", "bio", "position")}),
        ("Booking", {"fields": ("bookable", "options", "user")}),
        _PICTURE,
        _PUBLICATION,
        _REVIEW,
        _SEARCH,
    )

    def get_fieldsets(self, request: HttpRequest, obj: Therapist | None = None) -> Any:
        """What is booked with them, and who they sign in as, only for those whose work that is."""
        kept = {"bookable": "services.change_serviceoption", "options": "services.change_serviceoption"}
        kept["user"] = "auth.change_user"
        found = []
        for title, shown in super().get_fieldsets(request, obj):
            fields = tuple(
                name
                for name in shown["fields"]
                if not isinstance(name, str) or name not in kept or request.user.has_perm(kept[name])
            )
            if fields:
                found.append((title, {**shown, "fields": fields}))
        return found

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """An account of the staff that is no superuser's, without the ways to other pages."""
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(is_staff=True, is_superuser=False).order_by("username")
            kwargs["empty_label"] = "Does not sign in"
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """A person has a name, not a title."""
        labels = {**(kwargs.pop("labels", None) or {}), "title": "Name"}
        return super().get_form(request, obj, change=change, labels=labels, **kwargs)


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin[Room]):
    """Where visits take place."""

    list_display = ("name", "in_use")
    list_filter = ("in_use",)
    search_fields = ("name",)
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Condition)
class ConditionAdmin(CheckedPages, PageAdmin, ContentEditor):  # type: ignore[misc]
    """What people come with. The page's parts are the regions of its blocks, in the order that readers need."""

    list_display = ("title", "medical_term", "publication", "certainty", "option", "position")
    list_filter = ("state", "certainty")
    list_select_related = ("option__service",)
    search_fields = ("title", "medical_term", "other_names", "summary", "slug")
    filter_horizontal = ("related", "posts")
    formfield_overrides = _SHORT_TEXTS
    save_on_top = True
    inlines = block_inlines(CONDITION_BLOCKS)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("title", "slug"),
                    ("medical_term", "abbreviation", "position"),
                    "other_names",
                    "summary",
                )
            },
        ),
        ("Evidence", {"fields": ("certainty", "finding", "sources")}),
        ("What belongs to it", {"fields": ("option", "related", "posts"), "classes": ("collapse",)}),
        _PICTURE,
        _PUBLICATION,
        _REVIEW,
        _SEARCH,
    )


@admin.register(Muscle)
class MuscleAdmin(PageAdmin):
    """Muscles with their tender spots."""

    list_display = ("title", "anatomical_name", "region", "publication", "certainty", "position")
    list_filter = ("region", "state", "certainty")
    search_fields = ("title", "anatomical_name", "summary", "slug")
    filter_horizontal = ("conditions",)
    formfield_overrides = _SHORT_TEXTS
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("title", "slug"),
                    ("anatomical_name", "region", "position"),
                    "summary",
                    ("point", "referral"),
                    ("work", "feels"),
                    ("yourself", "note"),
                    "conditions",
                )
            },
        ),
        (
            "Care",
            {
                "fields": (
                    ("caution", "else_could_be"),
                    ("emergency_signs", "urgent_signs", "ask_signs"),
                )
            },
        ),
        ("Evidence", {"fields": ("certainty", "certainty_note", "sources")}),
        _PUBLICATION,
        _REVIEW,
        _SEARCH,
    )


class ZoneMuscleInline(admin.TabularInline[ZoneMuscle, Zone]):
    """The muscles whose pain is felt in the place, and how often."""

    model = ZoneMuscle
    extra = 1
    fields = ("muscle", "likelihood", "position")


class ZoneForm(forms.ModelForm[Zone]):
    """A place's words. Its address is one of the places that the figure has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"] = forms.ChoiceField(
                choices=drawn_zones, help_text="Where it lies on the figure is drawn, and not changed here."
            )


@admin.register(Zone)
class ZoneAdmin(PageAdmin):
    """The places of the body map: their words and their muscles. What the figure looks like is not edited."""

    form = ZoneForm
    prepopulated_fields = {}
    list_display = ("title", "region", "publication", "position", "muscle_names")
    list_filter = ("region", "state")
    inlines = (ZoneMuscleInline,)
    fieldsets = (
        (None, {"fields": (("title", "slug"), ("region", "position"), "summary", "option")}),
        ("Care", {"fields": ("else_could_be", ("emergency_signs", "urgent_signs", "ask_signs"))}),
        _PUBLICATION,
        _REVIEW,
        _SEARCH,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Zone]:
        """With the muscles, in one more query."""
        zones: QuerySet[Zone] = super().get_queryset(request).prefetch_related("felt__muscle")
        return zones

    @admin.display(description="muscles")
    def muscle_names(self, zone: Zone) -> str:
        """The muscles, the likeliest first."""
        return ", ".join(way.muscle.title for way in zone.felt.all()) or "none"


@admin.register(Explainer)
class ExplainerAdmin(PageAdmin, ContentEditor):  # type: ignore[misc]
    """“How trigger points work”: a few pages in a row."""

    list_display = ("title", "publication", "position")
    list_filter = ("state",)
    save_on_top = True
    inlines = block_inlines(EXPLAINER_BLOCKS)
    fieldsets = (
        (None, {"fields": (("title", "slug"), "position", "summary")}),
        _PUBLICATION,
        _REVIEW,
        _SEARCH,
    )
