"""What a person can ask of the clinic: all that is kept about them, and to be erased."""

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from booking import belonging, erasure, looks, patient_export, sight
from booking.exceptions import BookingError
from booking.models import Patient


def _patient(request: HttpRequest, patient_id: int, permission: str) -> Patient:
    """The record, for who sees everybody and may do that; a record that is not seen is none."""
    if not isinstance(request.user, User) or not request.user.has_perm("booking.view_patient"):
        raise PermissionDenied
    patient = sight.seen(request.user, Patient.objects.filter(pk=patient_id)).first()
    if patient is None:
        raise Http404("There is no such patient.")
    if not (sight.sees_everybody(request.user) and request.user.has_perm(permission)):
        raise PermissionDenied
    return patient


@require_POST
@never_cache
def export(request: HttpRequest, patient_id: int) -> HttpResponse:
    """A file with all that is kept about a person: to read, or with format=json for a machine."""
    patient = _patient(request, patient_id, "booking.export_patient")
    with_audit = request.user.has_perm("booking.view_auditentry")
    found = patient_export.collect(patient, with_audit=with_audit)
    theirs = belonging.of_patient(patient.pk)
    looks.record(
        request,
        patients=[patient.pk],
        appointments=theirs.appointments,
        places=theirs.places,
        export=True,
    )
    response: HttpResponse
    if request.POST.get("format") == "json":
        kind = "json"
        response = JsonResponse(found, json_dumps_params={"indent": 2, "ensure_ascii": False})
    else:
        kind = "html"
        parts = patient_export.as_lines(found)
        context = {
            "parts": parts,
            "with_audit": with_audit,
            "clinic": admin.site.site_header,
        }
        response = HttpResponse(render_to_string("admin/booking/patient/export.html", context))
    # Numbers only: the name of a file is seen in many places.
    response["Content-Disposition"] = f'attachment; filename="patient-{patient.pk}.{kind}"'
    return response


@never_cache
def erase(request: HttpRequest, patient_id: int) -> HttpResponse:
    """What an erasure would reach; POST asks once more, and POST with the answer does it."""
    patient = _patient(request, patient_id, "booking.erase_patient")
    user = request.user
    assert isinstance(user, User)
    going = erasure.look(patient)
    asks_again = request.method == "POST" and going.is_possible
    problem = ""
    if asks_again and request.POST.get("step") == "erase":
        if request.POST.get("sure") != "yes":
            problem = "Tick that you are sure, or go back."
        else:
            try:
                erasure.erase(patient_id=patient.pk, seen=request.POST.get("seen", ""), user=user)
            except BookingError as error:
                problem = error.message
            else:
                messages.success(
                    request, "The person was erased. Their visits stay in the diary without a name."
                )
                return redirect("admin:booking_patient_changelist")
    elif request.method == "POST" and not going.is_possible:
        problem = "Something is still open: nothing was erased."
    looks.record(
        request,
        patients=[patient.pk],
        appointments=going.belongings.appointments,
        places=going.belongings.places,
    )
    return render(
        request,
        "admin/booking/patient/erase.html",
        {
            **admin.site.each_context(request),
            "opts": Patient._meta,
            "title": "Erase a person",
            "going": going,
            "asks_again": asks_again,
            "problem": problem,
            "back": reverse("admin:booking_patient_change", args=[patient.pk]),
        },
        status=409 if problem else 200,
    )
