"""Appointments at the desk: the list, a new one, one appointment's page, and its buttons."""

import re
from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from booking import history, lifecycle, sight, waitlist
from booking.admin import own, search, wording
from booking.admin.acts import ACTS, BUTTONS, UNDO, Act, acts_at_hand, acts_for, do
from booking.admin.addresses import back_to_board, to_board
from booking.admin.attendance import attendance
from booking.admin.filters import EVERYTHING, WAITING, StatusFilter, WhenFilter, view_of
from booking.admin.for_the_visit import for_the_visit, safety_is_open
from booking.admin.next_visit import MAY_BOOK_NEXT, next_visit_page
from booking.admin.own import OwnRows
from booking.admin.patient import as_choice, likely_for
from booking.admin.series import messages_about, place_in_series, series_page
from booking.admin.stretch_form import StretchForm
from booking.admin.timeline import timeline, why_not
from booking.admin.undo import done_with, undo_several
from booking.admin.visit_forms import BookingForm, MoveForm, taken_up
from booking.admin.waiting import offer_of
from booking.enums import AppointmentStatus, SafetyOutcome
from booking.exceptions import BookingError
from booking.forms import validate_phone
from booking.models import Appointment, Notification, Patient
from booking.transitions import Action, allowed_actions
from flexclinic.lib import clock, when

#: So many appointments may be acted on at once: what is more is a slip of the hand.
MOST_AT_ONCE = 100


class ContactForm(forms.ModelForm[Appointment]):
    """What the desk may change of an appointment by hand: who comes, and what is noted."""

    class Meta:
        model = Appointment
        fields = ("name", "phone", "email", "first_visit", "safety_outcome", "note", "patient")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "phone" in self.fields:
            self.fields["phone"].validators.append(validate_phone)
        if "safety_outcome" in self.fields:
            said: Any = self.fields["safety_outcome"]
            said.choices = [("", "Not done yet"), (SafetyOutcome.ASKED.value, SafetyOutcome.ASKED.label)]
        if "patient" in self.fields:
            self.offer_records(self.fields["patient"])

    def offer_records(self, field: forms.Field) -> None:
        """Offer the few records that may be of this person; any other that exists is taken, too."""
        offered = dict(map(as_choice, likely_for(self.instance)))
        sent = Patient.objects.filter(pk=_number(self.data.get("patient")) or 0).first()
        if sent:
            offered.update([as_choice(sent)])
        widget: Any = field.widget
        widget.choices = [("", "not matched yet"), *offered.items()]
        widget.can_change_related = widget.can_view_related = False
        field.label = "Patient’s record"
        field.help_text = "Records with the same email address, the same number or a part of the name."

    def clean_name(self) -> str:
        """The name on one line."""
        return " ".join(self.cleaned_data["name"].split())


def _latest_message() -> Subquery:
    """How far the newest message of an appointment has come; part of the list's one query."""
    latest = Notification.objects.filter(appointment=OuterRef("pk")).order_by("-created_at", "-pk")
    return Subquery(latest.values("status")[:1])


def _bulk(act: Act) -> Callable[..., None]:
    """A list's action that does one thing with every chosen appointment, each by itself."""

    def run(model_admin: "AppointmentAdmin", request: HttpRequest, queryset: QuerySet[Appointment]) -> None:
        model_admin.act_on_all(request, act, queryset)

    run.__name__ = act.action.value
    run.short_description = act.label  # type: ignore[attr-defined]
    run.allowed_permissions = ("change",)  # type: ignore[attr-defined]
    return run


@admin.register(Appointment)
class AppointmentAdmin(OwnRows[Appointment]):
    """Status, time, therapist and room are never a form's: buttons hand over to `booking.lifecycle`."""

    form = ContactForm
    fieldsets = ((None, {"fields": (("name", "first_visit"), ("phone", "email"), "note", "patient")}),)
    add_form_template = "admin/booking/appointment/book.html"
    list_display = (
        "at",
        "who",
        "what",
        "therapist",
        "room",
        "state",
        "asked",
        "message",
        "buttons",
    )
    list_display_links = ("at",)
    list_filter = (
        StatusFilter,
        WhenFilter,
        ("therapist", admin.RelatedOnlyFieldListFilter),
        ("room", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("option__service", "therapist", "room")
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    date_hierarchy = "starts_at"
    ordering = ("-pk",)  # only so that no column is marked as sorted: `get_ordering` says how each view is
    empty_value_display = "none"
    search_fields = ("name", "email", "reference", "phone")
    search_help_text = "Name, email, phone number or reference. A search looks at all appointments."
    actions = [_bulk(act) for act in ACTS.values()]
    actions_selection_counter = True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes an appointment: it is cancelled."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Appointment | None = None) -> Any:
        """With the safety check where the desk may say how it ended: the patient's own answer stays as it is."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not (safety_is_open(obj) or obj.safety_outcome == SafetyOutcome.ASKED):
            return fieldsets
        [(title, shown)] = fieldsets
        *before, note, patient = shown["fields"]
        return ((title, {**shown, "fields": (*before, "safety_outcome", note, patient)}),)

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        """With the state of the newest message, in the same query."""
        return super().get_queryset(request).annotate(latest_message=_latest_message())

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        """The newest request first; what was agreed by its time; everything from the furthest date back."""
        shown = view_of(request)
        if shown == WAITING:
            return ["-created_at", "-pk"]
        if shown == EVERYTHING or shown not in {"confirmed", "arrived", "offered"}:
            return ["-starts_at", "-pk"]
        return ["starts_at", "pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Appointment], search_term: str
    ) -> tuple[QuerySet[Appointment], bool]:
        """Every word in the name, the address or the reference; or the digits in the phone number."""
        if not search_term.strip():
            return queryset, False
        found = search.words_match(search_term, "name", "email", "reference") | search.phone_matches(
            search_term
        )
        compact = re.sub(r"[\s-]", "", search_term).upper()
        if len(compact) == 8 and compact.isalnum():
            found |= Q(reference=f"{compact[:4]}-{compact[4:]}")
        return search.with_digits(queryset).filter(found), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, under the name of its view."""
        titles = {WAITING: "Requests waiting", EVERYTHING: "Appointments"}
        shown = view_of(request)
        labels = {str(value): str(label) for value, label in AppointmentStatus.choices}
        title = titles.get(shown) or f"Appointments: {labels.get(shown, shown).lower()}"
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Only what the view is about: how long a request waits, and no buttons for who only looks."""
        unneeded = set()
        if view_of(request) not in {WAITING, EVERYTHING}:
            unneeded.add("asked")
        shown: list[Any] = [column for column in self.list_display if column not in unneeded]
        if not self.has_change_permission(request):
            shown[shown.index("buttons")] = _marks_of(request.user)
        return shown

    @admin.display(description="when", ordering="starts_at")
    def at(self, appointment: Appointment) -> SafeString:
        """Date and time."""
        return format_html(
            '<span class="cell-date">{}</span> <span class="cell-time">{}</span>',
            wording.day(appointment.starts_at),
            when.format_range(appointment.starts_at, appointment.ends_at),
        )

    @admin.display(description="patient", ordering="name")
    def who(self, appointment: Appointment) -> SafeString | str:
        """The name, and whether it is the first visit."""
        if not appointment.first_visit:
            return appointment.name
        return format_html('{} <span class="tag tag--note">{}</span>', appointment.name, "First visit")

    @admin.display(description="what", ordering="option")
    def what(self, appointment: Appointment) -> str:
        """The option."""
        return str(appointment.option)

    @admin.display(description="status", ordering="status")
    def state(self, appointment: Appointment) -> SafeString:
        """The state, as a word on a tag."""
        return wording.status_tag(appointment.status)

    @admin.display(description="asked", ordering="created_at")
    def asked(self, appointment: Appointment) -> str:
        """How long somebody has been waiting for an answer."""
        return wording.ago(appointment.created_at) if appointment.status == "requested" else ""

    @admin.display(description="message")
    def message(self, appointment: Appointment) -> SafeString | str:
        """How far the newest message has come."""
        latest = getattr(appointment, "latest_message", None)
        if latest:
            return wording.message_tag(latest)
        return "" if appointment.email else "No email address"

    @admin.display(description="do")
    def buttons(self, appointment: Appointment) -> SafeString:
        """What is most likely to be done next, in one press; each sends the version that the row shows."""
        seen = format_html(
            '<input type="hidden" name="version-{}" value="{}">', appointment.pk, appointment.version
        )
        made = format_html_join(
            "", "{}", ((_row_button(appointment, act),) for act in acts_at_hand(appointment))
        )
        return format_html('{}<div class="desk-acts">{}</div>', seen, made)

    # Doing things

    def act_on_all(self, request: HttpRequest, act: Act, queryset: QuerySet[Appointment]) -> None:
        """Do one thing with each; say how many it was done with, and of each other one why it was not."""
        chosen = list(queryset.select_related("option__service", "therapist", "room")[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            text = f"Nothing was done: choose at most {MOST_AT_ONCE} appointments at once."
            self.message_user(request, text, messages.ERROR)
            return
        done = 0
        for appointment in chosen:
            version = _number(request.POST.get(f"version-{appointment.pk}"))
            try:
                do(act, appointment, user=_user(request), version=version)
            except BookingError as error:
                said = why_not(error, appointment, seen=version or 0)
                text = f"{appointment.name}, {wording.visit(appointment)}, was not {act.done}: {said}"
                self.message_user(request, text, messages.ERROR)
            else:
                done += 1
        if done:
            plural = "appointment was" if done == 1 else "appointments were"
            self.message_user(request, f"{done} {plural} {act.done}.", messages.SUCCESS)

    def get_urls(self) -> list[Any]:
        """The buttons' addresses before the admin's own."""
        guarded: list[URLPattern] = [
            path(
                "series/",
                self.admin_site.admin_view(self.series_view),
                name="booking_appointment_series",
            ),
            path(
                "undo/",
                self.admin_site.admin_view(self.undo_view),
                name="booking_appointment_undo",
            ),
            path(
                "<path:object_id>/do/<slug:action>/",
                self.admin_site.admin_view(self.act_view),
                name="booking_appointment_act",
            ),
            path(
                "<path:object_id>/move/",
                self.admin_site.admin_view(self.move_view),
                name="booking_appointment_move",
            ),
            path(
                "<path:object_id>/stretch/",
                self.admin_site.admin_view(self.stretch_view),
                name="booking_appointment_stretch",
            ),
            path(
                "<path:object_id>/next/",
                self.admin_site.admin_view(self.next_view),
                name="booking_appointment_next",
            ),
        ]
        return [*guarded, *super().get_urls()]

    def act_view(self, request: HttpRequest, object_id: str, action: str) -> HttpResponse:
        """One button, for one appointment, as the person at the desk saw it. POST only."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        appointment = self._appointment(request, object_id)
        if isinstance(appointment, HttpResponse):
            return appointment
        act = BUTTONS.get(action)
        if act is None or not sight.may_do(request.user, action, appointment):
            raise PermissionDenied
        seen = _number(request.POST.get("version") or request.POST.get(f"version-{appointment.pk}"))
        try:
            # Without a number nobody has seen anything: 0 is no version.
            do(act, appointment, user=_user(request), version=seen or 0)
        except BookingError as error:
            said = why_not(error, appointment, seen=seen or 0)
            self.message_user(request, f"{appointment.name} was not {act.done}: {said}", messages.ERROR)
            return self._elsewhere(request, appointment)
        appointment.refresh_from_db()
        self.message_user(
            request,
            f"{appointment.name}, {wording.visit(appointment)}, was {act.done}.{_told(act, appointment)}",
            messages.SUCCESS,
        )
        if act.action == Action.COMPLETE and "from" in request.POST and self.has_add_permission(request):
            return redirect("admin:booking_appointment_next", appointment.pk)  # while they are still here
        return self._back(request, appointment)

    def undo_view(self, request: HttpRequest) -> HttpResponse:
        """Undo several that one press did. POST only."""
        return undo_several(self, request, self._back)

    def next_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The next visit of somebody who is about to leave."""
        found = self._appointment(request, object_id)
        return found if isinstance(found, HttpResponse) else next_visit_page(self, request, found)

    def _back(self, request: HttpRequest, appointment: Appointment | None = None) -> HttpResponseRedirect:
        """Where the button stood: the first page, the page, the board or (as it was narrowed) the list."""
        match request.POST.get("from"):
            case "today":
                return redirect("admin:index")
            case "inbox":
                return redirect("admin:inbox")
            case absence if absence and absence.startswith("ill.") and absence[4:].isdecimal():
                return redirect("admin:ill_visits", int(absence[4:14]))
            case "page" if appointment:
                return redirect("admin:booking_appointment_change", appointment.pk)
        if request.POST.get("from") == "board":
            return redirect(back_to_board(request.POST.get("narrowed", "")))
        narrowed = QueryDict(request.POST.get("narrowed", ""))
        address = reverse("admin:booking_appointment_changelist")
        return redirect(f"{address}?{narrowed.urlencode()}" if narrowed else address)

    def _appointment(self, request: HttpRequest, object_id: str) -> Appointment | HttpResponse:
        """The appointment, or the desk's first page with a message where there is none."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        appointment = self.get_object(request, unquote(object_id))
        if appointment is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined,no-any-return]
                request, self.opts, object_id
            )
        own.record(request, [appointment])
        return appointment

    # A new appointment

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Book for somebody on the phone or at the desk."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "carry" not in request.POST:
            form = BookingForm(taken_up(request.POST))
            if appointment := form.earlier():
                self.message_user(request, f"{appointment.name} is booked already.", messages.WARNING)
                return redirect("admin:booking_appointment_change", appointment.pk)
            if form.is_valid() and (booked := form.book(user=_user(request))):
                self.log_addition(request, booked, [{"added": {}}])
                sent = (
                    " A confirmation is on its way."
                    if booked.email
                    else " No email address: nothing is sent."
                )
                text = f"{booked.name} is booked: {wording.visit(booked)}, {booked.reference}.{sent}"
                self.message_user(request, text, messages.SUCCESS)
                return redirect("admin:booking_appointment_change", booked.pk)
        else:
            # By POST from the phone booking, so that nobody's name stands in an address.
            given = request.POST if request.method == "POST" else request.GET
            known = {name: given[name] for name in BookingForm.base_fields if name in given}
            known.pop("request_key", None)
            form = BookingForm(initial=known)
            form.offer_which()
            if record := form.record():
                own.record(request, [record])
        return self._visit_page(request, "book", form, title="New appointment")

    def series_view(self, request: HttpRequest) -> HttpResponse:
        """Several visits for a caller at once."""
        return series_page(self, request)

    def _visit_page(
        self, request: HttpRequest, name: str, form: BookingForm | MoveForm, **context: Any
    ) -> HttpResponse:
        """The page of a form that puts a visit into the diary."""
        refused = form.is_bound and bool(form.errors)
        return render(
            request,
            f"admin/booking/appointment/{name}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "form": form,
                "suggestions": form.suggestions() if refused else [],
                "fits_without_buffers": refused and form.fits_without_buffers(),
                **context,
            },
        )

    # One appointment's page

    def save_model(self, request: HttpRequest, obj: Appointment, form: Any, change: bool) -> None:
        """Write only what was changed by hand: anything else may have changed under the form."""
        if fields := [name for name in form.changed_data if name in ContactForm.Meta.fields]:
            obj.save(update_fields=fields)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Everything about one appointment: what it is, what may be done with it, and what has happened to it."""
        appointment = (
            sight.seen(request.user, Appointment.objects.all())
            .select_related("option__service", "therapist", "room", "patient")
            .filter(pk=_number(unquote(object_id)) or 0)
            .first()
        )
        if appointment and self.has_view_permission(request, appointment):
            acting = self.has_change_permission(request, appointment)
            place = place_in_series(appointment, user=request.user)
            extra_context = {
                **(extra_context or {}),
                "title": appointment.name,
                "subtitle": None,
                "appointment": appointment,
                "series": place,
                "visit_notes": for_the_visit(appointment),
                "offer": offer_of(appointment) if sight.sees_everybody(request.user) else None,
                "acts": [act for act in acts_for(appointment) if sight.may_do(request.user, act.action)],
                "board": to_board(day=when.in_clinic_zone(appointment.starts_at).date()),
                "may_stretch": acting and Action.STRETCH in allowed_actions(appointment.status),
                "may_move": acting and Action.MOVE in allowed_actions(appointment.status),
                "undo": done_with(appointment) if acting else None,
                "attendance": attendance(appointment, now=clock.now()),
                "may_book_next": appointment.status in MAY_BOOK_NEXT and self.has_add_permission(request),
                "earlier_place": waitlist.open_place_of(appointment),
                "may_wait": request.user.has_perm("booking.add_waitingplace")
                and waitlist.may_be_given_up(appointment),
                "timeline": timeline(appointment, messages_about(appointment, place)),
                "show_save_and_add_another": False,
                "show_save_and_continue": False,
            }
        return super().change_view(request, object_id, form_url, extra_context)

    def response_change(self, request: HttpRequest, obj: Appointment) -> HttpResponse:
        """Stay on the page: the phone call goes on."""
        self.message_user(request, f"The details of {obj.name} were saved.", messages.SUCCESS)
        return redirect("admin:booking_appointment_change", obj.pk)

    def move_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Another time, therapist or room."""
        found = self._appointment(request, object_id)
        if isinstance(found, HttpResponse):
            return found
        appointment = Appointment.objects.select_related("option__service", "therapist", "room").get(
            pk=found.pk
        )
        if not self.has_change_permission(request, appointment):
            raise PermissionDenied
        if Action.MOVE not in allowed_actions(appointment.status):
            text = f"{appointment.name} cannot be moved: it is {appointment.get_status_display().lower()}."
            self.message_user(request, text, messages.ERROR)
            return self._elsewhere(request, appointment)
        form = MoveForm(taken_up(request.POST) if request.method == "POST" else None, appointment=appointment)
        if request.method == "POST" and form.is_valid() and (moved := form.move(user=_user(request))):
            where = wording.visit(moved) + (f" with {moved.therapist.name}" if _from_board(request) else "")
            return self._done(request, moved, f"{moved.name} was moved to {where}.{_told_of_move(moved)}")
        return self._visit_page(
            request,
            "move",
            form,
            title=f"Move {appointment.name}",
            appointment=appointment,
            **_origin(request),
            changed=history.since(appointment, form.seen) if _outdated(form, appointment) else [],
        )

    def stretch_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Another length."""
        found = self._appointment(request, object_id)
        if isinstance(found, HttpResponse):
            return found
        appointment = Appointment.objects.select_related("option__service", "therapist", "room").get(
            pk=found.pk
        )
        if not self.has_change_permission(request, appointment):
            raise PermissionDenied
        if Action.STRETCH not in allowed_actions(appointment.status):
            state = appointment.get_status_display().lower()
            text = f"{appointment.name} cannot be made longer or shorter: it is {state}."
            self.message_user(request, text, messages.ERROR)
            return self._elsewhere(request, appointment)
        form = StretchForm(request.POST if request.method == "POST" else None, appointment=appointment)
        if request.method == "POST" and form.is_valid() and (done := form.stretch(user=_user(request))):
            text = f"{done.name} is now {wording.visit(done)}.{_told_of_move(done)}"
            return self._done(request, done, text)
        return render(
            request,
            "admin/booking/appointment/stretch.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "form": form,
                "title": f"Shorten or lengthen {appointment.name}",
                "appointment": appointment,
                **_origin(request),
                "changed": history.since(appointment, form.seen) if _outdated(form, appointment) else [],
            },
        )

    def _done(self, request: HttpRequest, appointment: Appointment, text: str) -> HttpResponseRedirect:
        """Say what was done, on the board with a button that undoes it, and go where the person came from."""
        if _from_board(request) and lifecycle.undoable_until(appointment):
            # The button belongs to the form that the board has for all of its buttons.
            said = format_html(
                '{} <button class="row-button" form="board-acts" formaction="{}" name="version" value="{}">'
                "Undo</button>",
                text,
                reverse("admin:booking_appointment_act", args=[appointment.pk, UNDO.action.value]),
                appointment.version,
            )
            self.message_user(request, said, messages.SUCCESS)
        else:
            self.message_user(request, text, messages.SUCCESS)
        return self._elsewhere(request, appointment)

    def _elsewhere(self, request: HttpRequest, appointment: Appointment) -> HttpResponseRedirect:
        """The board where a form was opened from it, or else the appointment's page."""
        if _from_board(request):
            return redirect(back_to_board(_origin(request)["narrowed"]))
        return redirect("admin:booking_appointment_change", appointment.pk)


def _from_board(request: HttpRequest) -> bool:
    return _origin(request)["origin"] == "board"


def _origin(request: HttpRequest) -> dict[str, str]:
    """Where a form was opened from, and how the board was narrowed there: carried along by the form."""
    sent = request.POST if request.method == "POST" else request.GET
    return {"origin": sent.get("from", ""), "narrowed": sent.get("narrowed", "")}


def _outdated(form: MoveForm | StretchForm, appointment: Appointment) -> bool:
    """Whether a form was sent by somebody who saw an older version of the appointment."""
    return form.is_bound and 0 < form.seen < appointment.version


def _marks_of(user: sight.Staff) -> Callable[[Appointment], SafeString]:
    """The column of buttons for who may only say what became of a visit."""

    def buttons(appointment: Appointment) -> SafeString:
        acts = [act for act in acts_at_hand(appointment) if sight.may_do(user, act.action)]
        made = format_html_join("", "{}", ((_row_button(appointment, act),) for act in acts))
        seen = '<input type="hidden" name="version-{}" value="{}"><div class="desk-acts">{}</div>'
        return format_html(seen, appointment.pk, appointment.version, made)

    buttons.short_description = "do"  # type: ignore[attr-defined]
    return buttons


def _row_button(appointment: Appointment, act: Act) -> SafeString:
    """A button in a row of the list's own form. What ends an appointment takes two presses."""
    button = format_html(
        '<button class="row-button {}" formaction="{}" formmethod="post" aria-label="{}: {}, {}">{}</button>',
        "row-button--ends" if act.ends else "row-button--first",
        reverse("admin:booking_appointment_act", args=[appointment.pk, act.action]),
        act.label,
        appointment.name,
        wording.visit(appointment),
        act.label,
    )
    if not act.ends:
        return button
    return format_html(
        '<details class="desk-ask"><summary aria-label="{}…: {}">{}…</summary>{}</details>',
        act.label,
        appointment.name,
        act.label,
        button,
    )


def _told(act: Act, appointment: Appointment) -> str:
    if not act.tells:
        return ""
    if not appointment.email:
        return " There is no email address: tell them by phone."
    until = lifecycle.undoable_until(appointment)
    return f" A message goes out at {when.format_time(until)}." if until else " A message is on its way."


def _told_of_move(moved: Appointment) -> str:
    until = lifecycle.undoable_until(moved)
    undo = f" You can undo it until {when.format_time(until)}." if until else ""
    if not moved.email:
        return f" No email address: nothing is sent.{undo}"
    if not moved.notifications.filter(version=moved.version).exists():
        return f" Nothing is sent.{undo}"
    return f"{undo} Then a message goes out." if until else " A message is on its way."


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _number(text: object) -> int | None:
    """A whole number that fits the database's, or None."""
    written = str(text or "")
    return int(written) if re.fullmatch(r"[0-9]{1,15}", written) else None
