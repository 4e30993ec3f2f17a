"""Pages about two records of one person: who may be one, a merge with its preview, and taking it back."""

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from booking import duplicates, looks, merging, sight
from booking.exceptions import BookingError
from booking.models import Appointment, Patient, PatientMerge

PAIRS_A_PAGE = 50


def _may(request: HttpRequest) -> User:
    """Who merges sees everybody: the other record may be of anybody's patient."""
    user = request.user
    if not isinstance(user, User) or not (
        sight.sees_everybody(user) and user.has_perms(["booking.merge_patient", "booking.change_patient"])
    ):
        raise PermissionDenied
    return user


def duplicates_page(request: HttpRequest) -> HttpResponse:
    """The likely duplicates; POST notes of two that they are two people."""
    user = _may(request)
    if request.method == "POST":
        one, other = _number(request.POST.get("one")), _number(request.POST.get("other"))
        try:
            merging.tell_apart(one_id=one, other_id=other, user=user)
        except BookingError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "Noted: they are two people.")
        back = _number(request.POST.get("back"))
        return redirect(_address(back) if back else reverse("admin:booking_patient_duplicates"))
    page = max(1, min(_number(request.GET.get("page")), 10_000))
    pairs, total = duplicates.find(offset=(page - 1) * PAIRS_A_PAGE, limit=PAIRS_A_PAGE)
    looks.record(request, patients=[one.pk for pair in pairs for one in (pair.first, pair.second)])
    return render(
        request,
        "admin/booking/patient/duplicates.html",
        {
            **admin.site.each_context(request),
            "opts": Patient._meta,
            "title": "Likely duplicates",
            "pairs": pairs,
            "total": total,
            "before": page - 1,
            "after": page + 1 if total > page * PAIRS_A_PAGE else 0,
            "newest": duplicates.NEWEST,
        },
    )


def merge_page(request: HttpRequest, kept_id: int, gone_id: int) -> HttpResponse:
    """What a merge would do; POST does it, if both records are still as they were shown."""
    user = _may(request)
    try:
        plan = merging.plan(kept_id=kept_id, gone_id=gone_id)
    except BookingError as error:
        messages.error(request, error.message)
        return redirect(_where_now(kept_id, gone_id))
    chosen = {field.name: request.POST.get(field.name, field.chosen) for field in plan.fields}
    error_message = ""
    if request.method == "POST":
        try:
            merging.merge(
                kept_id=kept_id,
                gone_id=gone_id,
                take=[name for name, choice in chosen.items() if choice == "gone"],
                seen=request.POST.get("seen", ""),
                user=user,
            )
        except BookingError as error:
            if Patient.objects.filter(pk__in=(kept_id, gone_id)).count() != 2:
                messages.error(request, error.message)
                return redirect(_where_now(kept_id, gone_id))
            error_message = error.message
        else:
            messages.success(request, "The two records are one now. You can take them apart again below.")
            return redirect(_address(kept_id))
    looks.record(request, patients=[kept_id, gone_id])
    return render(
        request,
        "admin/booking/patient/merge.html",
        {
            **admin.site.each_context(request),
            "opts": Patient._meta,
            "title": "Merge two records",
            "plan": plan,
            "fields": [(field, chosen[field.name] or "kept") for field in plan.fields],
            "moving": Appointment.objects.filter(pk__in=plan.appointments)
            .select_related("option__service", "therapist")
            .order_by("-starts_at")[:10],
            "error": error_message,
        },
        status=409 if error_message else 200,
    )


@require_POST
def unmerge(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Take two records apart again."""
    user = _may(request)
    merge = PatientMerge.objects.filter(pk=merge_id).first()
    if merge is None:
        raise Http404("There is no such merge.")
    try:
        done = merging.unmerge(merge_id=merge_id, user=user)
    except BookingError as error:
        messages.error(request, error.message)
        return redirect(_where_now(merge.kept_id, merge.gone_id))
    messages.success(
        request,
        "They are two records again. What was booked since then stayed with the record that was kept.",
    )
    return redirect(_address(done.gone_id))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 16 else 0


def _address(patient_id: int) -> str:
    return reverse("admin:booking_patient_change", args=[patient_id])


def _where_now(*ids: int) -> str:
    """The page of the first of these records that is there, or of what it was merged into; else the list."""
    for patient_id in ids:
        if Patient.objects.filter(pk=patient_id).exists():
            return _address(patient_id)
        if (into := merging.merged_into(patient_id)) and Patient.objects.filter(pk=into).exists():
            return _address(into)
    return reverse("admin:booking_patient_changelist")
