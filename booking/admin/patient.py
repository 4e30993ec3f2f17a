"""Patients, as the desk knows them."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from phonenumber_field.formfields import PhoneNumberField

from booking import merging, sight
from booking.admin import merging as merging_pages
from booking.admin import patient_page, patient_rights, search
from booking.admin.own import OwnRows
from booking.models import Appointment, Patient, PatientErasure, PatientNote
from flexclinic.lib import clock, when

#: So many records are offered for an appointment.
_MOST_OFFERED = 30
_TITLED = {"title": "Patient", "show_save_and_add_another": False}


class PatientForm(forms.ModelForm[Patient]):
    """A person. Phone numbers are read as people in the clinic's country write them."""

    class Meta:
        model = Patient
        fields = ("name", "phone", "email", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3, "cols": 60})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "note" in self.fields:
            self.fields["note"].label = "General note"
        if "phone" in self.fields:
            self.fields["phone"] = PhoneNumberField(
                label="Phone",
                region=settings.CLINIC["country"],
                required=False,
                error_messages={"invalid": "Enter a phone number such as (212) 555-0142."},
            )


class NoteForm(forms.ModelForm[PatientNote]):
    """A note, and who may read it."""

    class Meta:
        model = PatientNote
        fields = ("text", "audience")
        labels = {"text": "New note", "audience": "Who may read it"}
        widgets = {
            "text": forms.Textarea(attrs={"rows": 3}),
            "audience": forms.RadioSelect,
        }
        error_messages = {
            "text": {
                "required": "Write the note first.",
                "max_length": "A note has at most 2,000 letters. Make two of it.",
            },
        }


@admin.register(Patient)
class PatientAdmin(OwnRows[Patient]):
    """A record of a person; appointments are matched to it by hand."""

    form = PatientForm
    list_display = ("name", "phone", "email")
    search_fields = ("name", "email", "phone")
    search_help_text = "Name, email or phone number."
    fields = ("name", ("phone", "email"), "note")
    empty_value_display = ""
    change_form_template = "admin/booking/patient/change_form.html"
    change_list_template = "admin/booking/patient/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """The pages about two records, and what is done with one."""
        view = self.admin_site.admin_view
        return [
            path("duplicates/", view(merging_pages.duplicates_page), name="booking_patient_duplicates"),
            path("unmerge/<int:merge_id>/", view(merging_pages.unmerge), name="booking_patient_unmerge"),
            path(
                "<int:kept_id>/merge/<int:gone_id>/",
                view(merging_pages.merge_page),
                name="booking_patient_merge",
            ),
            path("<int:patient_id>/note/", view(self.note), name="booking_patient_note"),
            path("<int:patient_id>/export/", view(patient_rights.export), name="booking_patient_export"),
            path("<int:patient_id>/erase/", view(patient_rights.erase), name="booking_patient_erase"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with the way to what looks alike."""
        may_merge = self.has_change_permission(request) and request.user.has_perm("booking.merge_patient")
        shown = {"may_merge": may_merge and sight.sees_everybody(request.user), **(extra_context or {})}
        return super().changelist_view(request, shown)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Everything about one person; the page of a record that was merged leads to the other one."""
        if into := self._merged_into(request, object_id):
            messages.info(request, "This record was merged into another one: here it is.")
            return redirect("admin:booking_patient_change", into)
        titled = {**_TITLED, **(extra_context or {})}
        response = super().change_view(request, object_id, form_url, titled)
        if isinstance(response, TemplateResponse):
            self._fill(request, response, NoteForm())
        return response

    def note(self, request: HttpRequest, patient_id: int) -> HttpResponse:
        """POST writes a note, or with remove=<its id> takes one away; the page shows what is wrong."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        patient = self.get_queryset(request).filter(pk=patient_id).first()
        if patient is None:
            raise Http404("There is no such patient.")
        address = reverse("admin:booking_patient_change", args=[patient.pk])
        if request.method != "POST":
            return redirect(address)
        if not self.has_change_permission(request, patient):
            raise PermissionDenied
        if number := request.POST.get("remove", ""):
            notes = sight.seen(request.user, PatientNote.objects.filter(patient=patient))
            if number.isdecimal() and len(number) < 16 and notes.filter(pk=int(number)).delete()[0]:
                messages.success(request, "The note was taken away.")
            else:
                messages.error(request, "That note is not there any more.")
            return redirect(f"{address}#notes")
        form = NoteForm(request.POST)
        if form.is_valid():
            made = form.save(commit=False)
            made.patient, made.author, made.at = patient, self._account(request), clock.now()
            made.save()
            messages.success(request, "The note was kept.")
            return redirect(f"{address}#notes")
        # The page itself, as if it had been asked for, with what was typed.
        request.method = "GET"
        response = super().change_view(request, str(patient.pk), address, {**_TITLED})
        if isinstance(response, TemplateResponse):
            self._fill(request, response, form)
        return response

    def _fill(self, request: HttpRequest, response: TemplateResponse, note_form: NoteForm) -> None:
        context = response.context_data
        if context is None or not isinstance(patient := context.get("original"), Patient):
            return
        may_change = self.has_change_permission(request, patient)
        everybody = sight.sees_everybody(request.user)
        context.update(
            {
                **patient_page.of_patient(request.user, patient, page=request.GET.get("page", "")),
                "patient": patient,
                "note_form": note_form if may_change else None,
                "note_problem": bool(note_form.errors),
                "may_book": everybody and request.user.has_perm("booking.add_appointment"),
                "may_export": everybody and request.user.has_perm("booking.export_patient"),
                "may_erase": everybody and request.user.has_perm("booking.erase_patient"),
                "may_merge": everybody and may_change and request.user.has_perm("booking.merge_patient"),
            }
        )

    def _merged_into(self, request: HttpRequest, object_id: str) -> int | None:
        if not (object_id.isdecimal() and len(object_id) < 16 and sight.sees_everybody(request.user)):
            return None
        if not self.has_view_permission(request) or Patient.objects.filter(pk=object_id).exists():
            return None
        into = merging.merged_into(int(object_id))
        return into if into and Patient.objects.filter(pk=into).exists() else None

    def _account(self, request: HttpRequest) -> User | None:
        return request.user if isinstance(request.user, User) else None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Patient], search_term: str
    ) -> tuple[QuerySet[Patient], bool]:
        """Every word in the name or the address, or the digits in the phone number."""
        if not search_term.strip():
            return queryset, False
        found = search.words_match(search_term, "name", "email") | search.phone_matches(search_term)
        return search.with_digits(queryset).filter(found), False


@admin.register(PatientErasure)
class PatientErasureAdmin(admin.ModelAdmin[PatientErasure]):
    """That somebody was erased; only read."""

    list_display = ("moment", "who", "appointments", "messages")
    list_display_links = None
    list_select_related = ("user",)
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only an erasure makes one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    @admin.display(description="when", ordering="at")
    def moment(self, erasure: PatientErasure) -> str:
        """On the clinic's clock."""
        return when.format_date_time(erasure.at)

    @admin.display(description="by whom")
    def who(self, erasure: PatientErasure) -> str:
        """The account as it is called today, or was then."""
        return erasure.user.get_username() if erasure.user else erasure.by


def likely_for(appointment: Appointment) -> list[Patient]:
    """Records that may be of the person who booked: the same address or number, or a part of the name."""
    likely = Q(pk=appointment.patient_id)
    for word in appointment.name.split():
        if len(word) > 2:
            likely |= Q(name__icontains=word)
    if appointment.email:
        likely |= Q(email__iexact=appointment.email)
    digits = search.national_digits(appointment.phone)
    if len(digits) >= 7:
        likely |= Q(phone_digits__endswith=digits)
    return list(
        search.with_digits(Patient.objects.all()).filter(likely).order_by("name", "pk")[:_MOST_OFFERED]
    )


def as_choice(patient: Patient) -> tuple[int, str]:
    """A record as a list of choices names it, so that two people of one name can be told apart."""
    more = ", ".join(str(part) for part in (patient.phone, patient.email) if part)
    return patient.pk, f"{patient.name} ({more})" if more else patient.name
