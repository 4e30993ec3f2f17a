"""The page of a therapist's week: the boxes, what they would change, and where else they are put."""

import re
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from booking import sight
from booking.admin import ask_first
from booking.admin.week import WeekForm
from booking.models import WeeklyHours
from flexclinic.lib import when
from services.models import Therapist

#: What the page's other buttons send. Without any of them the week is saved.
COPY, LOOK, WEEKS = "copy", "look", "weeks-save"
MONDAY, THERAPIST = "monday", "therapist"


def week_page(model_admin: Any, request: HttpRequest, therapist_id: int) -> HttpResponse:
    """Show the week; POST saves it, or fills boxes in and says what would change."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    therapist = sight.seen(request.user, Therapist.objects.filter(pk=therapist_id)).first()
    if therapist is None:
        raise Http404("There is no such therapist.")
    if request.method != "POST":
        return _shown(model_admin, request, WeekForm(therapist=therapist))
    if not model_admin.may_set_up(request):
        raise PermissionDenied
    sent = request.POST
    if sent.get(COPY) == THERAPIST:
        return _copied_over(model_admin, request, therapist)
    if COPY in sent:
        form = WeekForm(WeekForm.copied(sent), therapist=therapist)
        return _shown(model_admin, request, form, copied="Tuesday to Friday now say what Monday says.")
    form = WeekForm(sent, therapist=therapist, on_dates=WEEKS in sent)
    if form.is_valid() and LOOK not in sent and form.save():
        said = (
            f"{len(form.dates)} dates of {therapist} now have these hours."
            if form.on_dates
            else f"The weekly hours of {therapist} were saved."
        )
        fields = {"name": "weekly hours", "object": str(therapist), "fields": ["hours"]}
        model_admin.log_change(request, cast(Any, therapist), [{"changed": fields}])
        model_admin.message_user(request, said)
        return redirect("admin:booking_weeklyhours_week", therapist.pk)
    return _shown(model_admin, request, form, looked=LOOK in sent)


def _copied_over(model_admin: Any, request: HttpRequest, therapist: Therapist) -> HttpResponse:
    """What was sent, in the boxes of another therapist, whose page it then is."""
    wanted = request.POST.get("to", "")
    others = sight.seen(request.user, Therapist.objects.all())
    other = others.filter(pk=int(wanted)).first() if re.fullmatch("[0-9]{1,15}", wanted) else None
    if other is None or other == therapist:
        form = WeekForm(request.POST, therapist=therapist)
        return _shown(model_admin, request, form, copied="Choose whom to copy this week to.")
    sent = request.POST.copy()
    sent["seen"] = WeekForm(therapist=other).initial["seen"]
    sent[ask_first.BOX] = ""
    form = WeekForm(sent, therapist=other)
    return _shown(
        model_admin, request, form, copied=f"The boxes of {other} now say what those of {therapist} said."
    )


def _shown(
    model_admin: Any, request: HttpRequest, form: WeekForm, *, copied: str = "", looked: bool = False
) -> HttpResponse:
    therapist = form.therapist
    others = therapist.weekly_hours.exclude(every=1, valid_from=None, valid_until=None)
    boxes_are_right = form.is_bound and not set(form.errors) - {"__all__"}
    return render(
        request,
        "admin/booking/weeklyhours/week.html",
        {
            **admin.site.each_context(request),
            "opts": WeeklyHours._meta,
            "title": f"Weekly hours of {therapist}",
            "therapist": therapist,
            "therapists": sight.seen(
                request.user, Therapist.objects.order_by("-bookable", "position", "title")
            ),
            "action": reverse("admin:booking_weeklyhours_week", args=[therapist.pk]),
            "form": form,
            "copied": copied,
            "looked": looked,
            "asks": ask_first.asks(form),
            "changes": form.changes() if boxes_are_right else [],
            "may_set_up": model_admin.may_set_up(request),
            "others": [
                {
                    "row": row,
                    "text": f"{row.get_weekday_display()}, {when.format_stretch(row.start, row.end)}",
                }
                for row in others
            ],
        },
    )
