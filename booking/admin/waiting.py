"""The waiting list at the desk: who waits for what, who was asked about which time, and what became of it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from booking import waitlist, wishes
from booking.admin import search, wording
from booking.admin.own import OwnRows
from booking.admin.waiting_add import add_page
from booking.enums import Actor, OfferState, WaitingState
from booking.exceptions import BookingError
from booking.models import Offer, WaitingPlace
from flexclinic.lib import when

_TAGS = {
    WaitingState.WAITING: "wait",
    WaitingState.OFFERED: "good",
    WaitingState.TAKEN: "over",
    WaitingState.LEFT: "over",
    WaitingState.ENDED: "over",
}
#: A time is kept for them, and they have no email address.
CALL = "call"


class StateFilter(admin.SimpleListFilter):
    """By state. Without a choice those who still wait."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Everybody, then every state."""
        return [
            ("all", "Everybody"),
            (CALL, "Call them"),
            *((value, str(label)) for value, label in WaitingState.choices),
        ]

    def choices(self, changelist: Any) -> Any:
        """With those who still wait in the place of Django's own "All"."""
        found = list(super().choices(changelist))
        found[0]["display"] = "Still waiting"
        return found

    def queryset(self, request: HttpRequest, queryset: QuerySet[WaitingPlace]) -> QuerySet[WaitingPlace]:
        """The places of the view; a search looks at all."""
        chosen = self.value()
        if chosen in WaitingState.values:
            return queryset.filter(state=chosen)
        if chosen == CALL:
            return queryset.filter(pk__in=waitlist.to_call().values("place"))
        if chosen or request.GET.get("q"):
            return queryset
        return queryset.filter(state__in=(WaitingState.WAITING, WaitingState.OFFERED))


@admin.register(WaitingPlace)
class WaitingPlaceAdmin(OwnRows[WaitingPlace]):
    """Looked at in the order in which people are asked; callers are put on the list, and taken off it."""

    list_display = ("who", "what", "suits", "state_tag", "joined", "asked")
    list_display_links = ("who",)
    list_filter = (StateFilter, ("option", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("option__service", "appointment")
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    search_fields = ("name", "email", "reference")
    search_help_text = "Name, email address or reference. A search looks at all places."
    actions = ("take_off",)
    change_form_template = "admin/booking/waitingplace/change_form.html"
    fieldsets = ((None, {"fields": ()}),)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Put somebody who calls on the list."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return add_page(self, request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: a place is left."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaitingPlace]:
        """With therapists, and how many times each was asked."""
        return (
            super()
            .get_queryset(request)
            .annotate(times_asked=Count("offers"))
            .prefetch_related("therapists", Prefetch("offers", _offers()))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[WaitingPlace], search_term: str
    ) -> tuple[QuerySet[WaitingPlace], bool]:
        """Every word in the name, the address or the reference, also of the appointment to be given up."""
        if not search_term.strip():
            return queryset, False
        own = search.words_match(search_term, "name", "email", "reference")
        given = search.words_match(
            search_term, "appointment__name", "appointment__email", "appointment__reference"
        )
        return queryset.filter(own | given), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, under its name."""
        return super().changelist_view(request, {"title": "Waiting list", **(extra_context or {})})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One place: who, what suits, and every offer."""
        if request.method == "POST" and "take_off" in request.POST:
            place = self.get_object(request, object_id)
            if place and self.has_change_permission(request, place):
                self._take_off(request, place)
            request.method = "GET"
        place = self.get_object(request, object_id)
        context = {
            **(extra_context or {}),
            "title": place.contact.name if place else "",
            "subtitle": None,
            "place": place,
            "wishes": wishes.in_words(place) if place else [],
            "state": _state(place) if place else "",
            "call": waitlist.to_call().filter(place=place).select_related("appointment").first(),
            "offers": [_line(offer) for offer in place.offers.all()] if place else [],
            "told": place.notifications.all() if place else [],
            "show_save": False,
            "show_close": False,
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().change_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: WaitingPlace, form: Any, change: bool) -> None:
        """Nothing here is changed by hand."""

    @admin.display(description="who", ordering="name")
    def who(self, place: WaitingPlace) -> str:
        """The name."""
        return place.contact.name

    @admin.display(description="what", ordering="option")
    def what(self, place: WaitingPlace) -> str:
        """The option."""
        return str(place.option)

    @admin.display(description="suits")
    def suits(self, place: WaitingPlace) -> str:
        """Days, times of day, therapists and dates in a line."""
        known = dict(wishes.in_words(place))
        until = f"From {wording.date(place.from_date)} until {wording.date(place.until_date)}"
        if place.appointment:
            until = f"Earlier than {wording.visit(place.appointment)}"
        return ". ".join([known["Days"], known["Time of day"], known["With"], until])

    @admin.display(description="state", ordering="state")
    def state_tag(self, place: WaitingPlace) -> SafeString:
        """Where it stands."""
        return _state(place)

    @admin.display(description="joined", ordering="joined_at")
    def joined(self, place: WaitingPlace) -> str:
        """How long ago."""
        return wording.ago(place.joined_at)

    @admin.display(description="asked")
    def asked(self, place: WaitingPlace) -> SafeString | str:
        """How many times, and what became of the last."""
        offers = list(place.offers.all())
        if not offers:
            return "not yet"
        times = "once" if len(offers) == 1 else f"{len(offers)} times"
        return format_html("{}; {}", times, _line(offers[0])["outcome"])

    @admin.action(description="Take off the list", permissions=["change"])
    def take_off(self, request: HttpRequest, queryset: QuerySet[WaitingPlace]) -> None:
        """Somebody has called: they do not wait any more."""
        for place in queryset[:100]:
            self._take_off(request, place)

    def _take_off(self, request: HttpRequest, place: WaitingPlace) -> None:
        user: Any = request.user
        try:
            waitlist.leave(place=place, actor=Actor.DESK, user=user)
        except BookingError as error:
            self.message_user(request, f"{place}: {error.message}", messages.ERROR)
        else:
            text = f"{place.contact.name} is on the waiting list no more. Nothing was sent."
            self.message_user(request, text, messages.SUCCESS)


def _offers() -> QuerySet[Offer]:
    return Offer.objects.select_related("appointment__therapist").order_by("-offered_at", "-pk")


def _state(place: WaitingPlace) -> SafeString:
    state = WaitingState(place.state)
    return format_html('<strong class="tag tag--{}">{}</strong>', _TAGS[state], state.label)


def _line(offer: Offer) -> dict[str, Any]:
    """An offer as a row: the time, and what became of it."""
    outcome = str(OfferState(offer.state).label).lower()
    if offer.state == OfferState.OPEN:
        if not offer.appointment.email:
            outcome = f"call them on {offer.appointment.phone}: kept"
        outcome += f" until {when.format_time(offer.expires_at)}, {wording.day(offer.expires_at)}"
    return {
        "offer": offer,
        "appointment": offer.appointment,
        "address": reverse("admin:booking_appointment_change", args=[offer.appointment_id]),
        "outcome": outcome,
    }


def offer_of(appointment: Any) -> Offer | None:
    """For whom an appointment was kept, where it came from the waiting list."""
    return Offer.objects.select_related("place__appointment").filter(appointment=appointment).first()
