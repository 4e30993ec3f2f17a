"""/book/<option>/<who>/<start>/: the patient's details, checked, and the booking."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from booking import availability, lifecycle, links
from booking.addresses import ANYONE, read_start
from booking.exceptions import BookingError, TherapistNotOfferedError
from booking.forms import CONSENT_VERSION, DetailsForm
from booking.views.nearest import nearest_times, status_of
from booking.views.options import no_such_option
from booking.views.shown import readable
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist

ASKS_TO_CHECK = "check"  # the button that shows the answers once more before they are sent
ASKS_TO_EDIT = "edit"  # the button that goes back to the form from there


def _contact(form: DetailsForm) -> lifecycle.Contact:
    answers = form.cleaned_data
    return lifecycle.Contact(
        name=answers["name"],
        email=answers["email"],
        phone=answers["phone"],
        first_visit=answers["first_visit"],
        note=answers["note"],
        consent_version=CONSENT_VERSION,
    )


def _typed(form: DetailsForm) -> list[tuple[str, object]]:
    """Every field's name with what was typed. A widget each would cost more than the rest of the page."""
    return [(field.html_name, field.value()) for field in form]


@never_cache
def enter_details(request: HttpRequest, option: str, who: str, start: str) -> HttpResponse:
    """GET asks for the details; POST with `check` shows them once more, with `edit` asks again; POST books."""
    try:
        chosen = ServiceOption.objects.bookable().select_related("service").get(slug=option)
    except ServiceOption.DoesNotExist:
        return no_such_option(request)
    if request.method == "POST":
        form = DetailsForm(request.POST, option=chosen)
    else:
        form = DetailsForm(option=chosen, initial={"request_key": uuid.uuid4()})
    therapist: Therapist | None = None
    moment: datetime | None = None
    try:
        if who != ANYONE:
            therapist = chosen.therapists.filter(bookable=True, slug=who).first()
            if therapist is None:
                raise TherapistNotOfferedError
        moment = read_start(clock.clinic_zone(), start)
        page: dict[str, Any] = {"option": chosen, "therapist": therapist, "moment": moment, "form": form}
        page["end"] = moment + timedelta(minutes=chosen.minutes)
        page["times_url"] = reverse("booking:times", args=[chosen.slug])
        books = request.method == "POST" and not {ASKS_TO_CHECK, ASKS_TO_EDIT} & request.POST.keys()
        if not books:
            availability.choices_at(option=chosen, therapist=therapist, start=moment)
        if request.method != "POST" or ASKS_TO_EDIT in request.POST:
            return render(request, "booking/details.html", page)
        if not form.is_valid():
            return render(request, "booking/details.html", page, status=422)
        if ASKS_TO_CHECK in request.POST:
            return render(request, "booking/check.html", page)
        appointment = lifecycle.request(
            option=chosen,
            therapist=therapist,
            start=moment,
            contact=_contact(form),
            request_key=form.cleaned_data["request_key"],
        )
    except BookingError as error:
        return _not_this_time(request, error, chosen, therapist, moment or readable(start), form)
    return redirect("booking:appointment", token=links.mint(appointment=appointment))


def _not_this_time(
    request: HttpRequest,
    error: BookingError,
    option: ServiceOption,
    therapist: Therapist | None,
    moment: datetime | None,
    form: DetailsForm,
) -> HttpResponse:
    """What went wrong, the nearest free times, and everything that was typed."""
    offered, nearest = nearest_times(option=option, therapist=therapist, around=moment or clock.now())
    context = {
        "option": option,
        "therapist": offered,
        "asked_for": therapist,
        "moment": moment,
        "error": error,
        "nearest": nearest,
        "form": form,
        "typed": _typed(form) if form.is_bound else [],
        "times_url": reverse("booking:times", args=[option.slug]),
    }
    return render(request, "booking/not_this_time.html", context, status=status_of(error))
