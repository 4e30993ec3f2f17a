"""/appointment/<token>/comfort/: what makes the patient comfortable, told by themselves and only if they want to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from booking import comfort, consent
from booking.forms import ComfortForm
from booking.models import Appointment, ComfortPreferences
from booking.views.private import by_link
from flexclinic.lib import clock


@sensitive_post_parameters()
@by_link
def tell(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    """GET shows what was told; POST keeps it, until the visit begins."""
    told = comfort.of(appointment)
    open_yet = comfort.may_tell(appointment)
    status = 200
    form = ComfortForm(instance=told)
    if request.method == "POST" and open_yet:
        form = ComfortForm(request.POST, instance=told or ComfortPreferences(appointment=appointment))
        if form.is_valid():
            kept = form.save(commit=False)
            ComfortPreferences.objects.update_or_create(
                appointment=appointment,
                defaults={
                    **{name: getattr(kept, name) for name in form.fields},
                    "updated_at": clock.now(),
                },
            )
            return redirect(reverse("booking:comfort", args=[token]) + "?saved=yes")
        status = 422
    elif request.method == "POST":
        status = 409
    page = {
        "appointment": appointment,
        "token": token,
        "form": form,
        "open_yet": open_yet,
        "told": comfort.in_words(told),
        "saved": request.method == "GET" and "saved" in request.GET and told is not None,
        "consent_text": consent.text_of(appointment.consent_version),
    }
    return render(request, "booking/comfort.html", page, status=status)
