"""/admin/first-steps/: what is left to set up, and a test booking at its end."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from booking import trial
from booking.admin import first_steps
from flexclinic.lib import clock


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Every step; POST hides the list or shows it again, takes the messages as read, or makes a test booking."""
    user: Any = request.user
    if not user.has_perm(first_steps.MAY):
        raise PermissionDenied
    report = None
    if request.method == "POST":
        if "test" in request.POST:
            if not user.has_perm("booking.add_appointment"):
                raise PermissionDenied
            report = _tried(request)
        else:
            _noted(request)
            return redirect("admin:index" if "hide" in request.POST else "admin:first_steps")
    now = first_steps.progress(first_steps.stored())
    rows = [
        {"step": step, "linked": bool(step.page) and (not step.needs or user.has_perm(step.needs))}
        for step in now.steps
    ]
    context = {
        **admin.site.each_context(request),
        "title": "Setting up",
        "progress": now,
        "rows": rows,
        "report": report,
        "email": user.email,
        "may_test": user.has_perm("booking.add_appointment"),
        "messages_read": next(step.done for step in now.steps if step.title == first_steps.MESSAGES),
    }
    return render(request, "admin/booking/first_steps.html", context)


def _tried(request: HttpRequest) -> trial.Report | None:
    user: Any = request.user
    if not user.email:
        messages.error(request, "Your account has no email address. Add one under Users, then try again.")
        return None
    return trial.run(email=user.email, user=user)


def _noted(request: HttpRequest) -> None:
    row = first_steps.stored()
    if "read" in request.POST:
        row.messages_read_at = clock.now()
    elif "hide" in request.POST:
        row.hidden_at = clock.now()
        messages.info(request, "The list is hidden. Setting up, at the end of this page, still leads to it.")
    elif "show" in request.POST:
        row.hidden_at = None
    row.save()
