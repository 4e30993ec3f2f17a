"""Who looked at a patient, and who changed what: for the manager to read."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from booking import sight
from booking.admin import search, wording
from booking.admin.filters import day_bounds
from booking.admin.start import date_field
from booking.models import Appointment, AuditEntry, Patient, WaitingPlace
from flexclinic.lib import clock, when

#: So many people of a page are named; of the others only the number is said.
_NAMED = 5
_ABOUT = {
    "booking_appointment": "Appointment",
    "booking_patient": "Patient’s record",
    "booking_patientnote": "Note",
    "booking_comfortpreferences": "Comfort preferences",
    "booking_waitingplace": "Place on the waiting list",
    "booking_waitingplace_therapists": "Therapists of a place",
    "export": "Export",
}


class StaffFilter(admin.SimpleListFilter):
    """By who it was."""

    title = "who it was"
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The accounts of the staff, then everybody else together."""
        users = User.objects.filter(is_staff=True).order_by("username")
        return [
            *((str(user.pk), user.get_full_name() or user.username) for user in users),
            ("none", "No staff"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """The entries of that account."""
        chosen = self.value() or ""
        if chosen == "none":
            return queryset.filter(user_id=None)
        return queryset.filter(user_id=int(chosen)) if chosen.isdecimal() and len(chosen) < 10 else queryset


class DayFilter(admin.SimpleListFilter):
    """By the clinic's date, written in the address as ?day=2026-11-24, or one of the last days."""

    title = "date"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Today and the days before."""
        days = [clock.today() - timedelta(days=back) for back in range(8)]
        return [(day.isoformat(), wording.date(day)) for day in days]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """The entries of that date."""
        try:
            day = date_field(label="Date", required=False).clean(self.value() or "")
        except ValidationError:
            day = None
        if day is None:
            return queryset
        start, end = day_bounds(day)
        return queryset.filter(at__gte=start, at__lt=end)


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin[AuditEntry]):
    """Only read, by nobody but the manager. The database writes it, and lets nobody change it."""

    list_display = ("moment", "by", "did", "whom", "changed", "where")
    list_display_links = None
    list_filter = ("what", StaffFilter, DayFilter)
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    search_fields = ("page",)  # `get_search_results` does it
    search_help_text = "Whose record: name, email address, phone number or reference."
    actions = None
    empty_value_display = ""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only who sees everybody anyhow."""
        return sight.sees_everybody(request.user) and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with the names of everybody on the page; one more query for each kind of row."""
        response = super().changelist_view(
            request, {"title": "Who looked and who changed", **(extra_context or {})}
        )
        if changelist := (getattr(response, "context_data", None) or {}).get("cl"):
            name_people(changelist.result_list)
        return response

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """The entries about the people who are found by these words today."""
        if not search_term.strip():
            return queryset, False
        by_words = search.words_match(search_term, "name", "email")
        patients = search.with_digits(Patient.objects.all()).filter(
            by_words | search.phone_matches(search_term)
        )
        found = search.words_match(search_term, "name", "email", "reference") | search.phone_matches(
            search_term
        )
        appointments = search.with_digits(Appointment.objects.all()).filter(found)
        places = search.with_digits(WaitingPlace.objects.all()).filter(found)
        return about(
            queryset,
            patients=patients.values_list("pk", flat=True)[:200],
            appointments=appointments.values_list("pk", flat=True)[:1000],
            places=places.values_list("pk", flat=True)[:200],
        ), False

    @admin.display(description="when")
    def moment(self, entry: AuditEntry) -> str:
        """On the clinic's clock."""
        return f"{wording.day(entry.at)}, {when.format_time(entry.at)}"

    @admin.display(description="who")
    def by(self, entry: AuditEntry) -> str:
        """The account's name, or what else it was."""
        return by_whom(entry)

    @admin.display(description="did")
    def did(self, entry: AuditEntry) -> str:
        """As in "Changed: Patient's record"."""
        return did_what(entry)

    @admin.display(description="whom")
    def whom(self, entry: AuditEntry) -> SafeString | str:
        """The people, as they are called today."""
        named: list[tuple[str, str]] = getattr(entry, "people", [])
        people = list({name: (name, address) for name, address in reversed(named)}.values())[::-1]
        more = f" and {len(people) - _NAMED} more" if len(people) > _NAMED else ""
        links = format_html_join(
            ", ", '<a href="{}">{}</a>', ((address, name) for name, address in people[:_NAMED])
        )
        return format_html("{}{}", links, more) if people else "no longer there"

    @admin.display(description="what was changed")
    def changed(self, entry: AuditEntry) -> SafeString | str:
        """Each column, from what to what."""
        if entry.what != AuditEntry.What.CHANGED:
            return ""
        lines = ((name.replace("_", " "), _from_to(values)) for name, values in sorted(entry.changes.items()))
        return format_html_join("", "<div><strong>{}</strong> {}</div>", lines)

    @admin.display(description="on the page")
    def where(self, entry: AuditEntry) -> str:
        """The address."""
        return entry.page


def about(
    entries: QuerySet[AuditEntry],
    *,
    patients: Iterable[int] = (),
    appointments: Iterable[int] = (),
    places: Iterable[int] = (),
) -> QuerySet[AuditEntry]:
    """Those of the entries that are about one of these people (ids), their appointments or their places."""
    return entries.filter(
        Q(patient_ids__overlap=list(patients))
        | Q(appointment_ids__overlap=list(appointments))
        | Q(place_ids__overlap=list(places))
    )


def by_whom(entry: AuditEntry) -> str:
    """The account's name, of entries that `name_people` has named, or what else it was."""
    return str(getattr(entry, "by_name", "") or actor_in_words(entry.actor))


def did_what(entry: AuditEntry) -> str:
    """As in "Changed: Patient's record"."""
    kind = _ABOUT.get(entry.about, entry.about)
    return f"{entry.get_what_display()}: {kind}" if kind else entry.get_what_display()


def actor_in_words(actor: str) -> str:
    """Who it was, where it was none of the staff: as in "Patient K7QM-3XWP", "Outside the application: …"."""
    kind, _, rest = actor.partition(" ")
    match kind:
        case "website":
            return "Visitor of the website"
        case "staff":
            return f"Staff account {rest}, which is no longer there"
        case "worker":
            return "The clinic’s system (messages and waiting list)"
        case "command":
            return f"Command {rest}"
    return actor[:1].upper() + actor[1:]


def name_people(entries: Iterable[AuditEntry]) -> None:
    """Give each entry `by_name` and `people` (name, address of the page): at most four queries for all of them."""
    entries = list(entries)
    users = {
        user.pk: user for user in User.objects.filter(pk__in={one.user_id for one in entries if one.user_id})
    }
    names: dict[str, dict[int, str]] = {}
    kinds = (("patient", Patient), ("appointment", Appointment), ("waitingplace", WaitingPlace))
    columns = {"patient": "patient_ids", "appointment": "appointment_ids", "waitingplace": "place_ids"}
    for kind, model in kinds:
        ids = {pk for entry in entries for pk in getattr(entry, columns[kind])}
        found: Any = model._default_manager.filter(pk__in=ids) if ids else []
        if kind == "waitingplace" and ids:
            found = found.select_related("appointment")
        names[kind] = {row.pk: getattr(row, "contact", row).name for row in found}
    for entry in entries:
        user = users.get(entry.user_id or 0)
        entry.by_name = (user.get_full_name() or user.username) if user else ""  # type: ignore[attr-defined]
        entry.people = [  # type: ignore[attr-defined]
            (names[kind][pk], reverse(f"admin:booking_{kind}_change", args=[pk]))
            for kind, column in columns.items()
            for pk in getattr(entry, column)
            if pk in names[kind]
        ]


def _from_to(values: list[Any]) -> str:
    if len(values) != 2:
        return "erased"
    before, after = ("nothing" if value in (None, "") else str(value) for value in values)
    return f"from {before} to {after}"
