"""/book/<option>/<who>/<start>/: the patient's details, checked, and the booking."""

import math
import uuid
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from booking import availability, lifecycle, links, safety
from booking.addresses import ANYONE, read_start
from booking.exceptions import BookingError, TherapistNotOfferedError, TooManyOpenError
from booking.forms import CONSENT_VERSION, DetailsForm
from booking.views import tries
from booking.views.nearest import nearest_times, status_of
from booking.views.options import no_such_option
from booking.views.shown import readable
from booking.views.visit import FIRST, RETURNING, pass_of, query, visit_for, visit_of
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist

ASKS_TO_CHECK = "check"  # the button that shows the answers once more before they are sent
ASKS_TO_EDIT = "edit"  # the button that goes back to the form from there


@cache
def _bookable() -> QuerySet[ServiceOption]:
    """The question, put together once: that costs more than to ask it."""
    return ServiceOption.objects.bookable().named()


def _contact(form: DetailsForm, passed: str) -> lifecycle.Contact:
    answers = form.cleaned_data
    return lifecycle.Contact(
        name=answers["name"],
        email=answers["email"],
        phone=answers["phone"],
        first_visit=answers["first_visit"],
        note=answers["note"],
        consent_version=CONSENT_VERSION,
        safety=safety.read_pass(passed) if answers["first_visit"] else None,
    )


def _typed(form: DetailsForm) -> list[tuple[str, object]]:
    """Every field's name with what was typed. A widget each would cost more than the rest of the page."""
    return [(field.html_name, field.value()) for field in form]


def _carried(request: HttpRequest, *, stamp: str) -> list[tuple[str, str]]:
    """What the pages carry along besides what was typed; a form without it books, too."""
    known = (("stamp", stamp), ("passed", pass_of(request)))
    return [(name, value) for name, value in known if value]


def _asked_again(request: HttpRequest, page: dict[str, Any], refused: tries.Refusal) -> HttpResponse:
    """The form with everything that was typed, and why it was not taken."""
    page["form"].add_error(None, refused.message)
    page["carried"] = _carried(request, stamp=tries.kept_stamp(request) or tries.new_stamp())
    response = render(request, "booking/details.html", page, status=refused.status)
    if refused.again:
        response["Retry-After"] = str(max(1, math.ceil((refused.again - clock.now()).total_seconds())))
    return response


@never_cache
def enter_details(request: HttpRequest, option: str, who: str, start: str) -> HttpResponse:
    """GET asks for the details; POST with `check` shows them once more, with `edit` asks again; POST books."""
    try:
        chosen = _bookable().get(slug=option)
    except ServiceOption.DoesNotExist:
        return no_such_option(request)
    visit = visit_for(chosen, visit_of(request))
    if request.method != "POST" and visit_of(request) == FIRST == visit and not pass_of(request):
        return redirect(reverse("booking:before", args=[chosen.slug, who, start]))
    known = visit_of(request) == FIRST if visit_of(request) else None
    if request.method == "POST":
        form = DetailsForm(request.POST, option=chosen, first_visit=known)
    else:
        form = DetailsForm(option=chosen, first_visit=known, initial={"request_key": uuid.uuid4()})
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
        page["visit"] = visit_of(request)
        page["times_url"] = reverse("booking:times", args=[chosen.slug])
        page["before_url"] = (
            reverse("booking:before", args=[chosen.slug, who, start])
            if visit != RETURNING and not pass_of(request)
            else ""
        )
        page["carried"] = _carried(request, stamp=tries.kept_stamp(request) or tries.new_stamp())
        books = request.method == "POST" and not {ASKS_TO_CHECK, ASKS_TO_EDIT} & request.POST.keys()
        if not books:
            availability.choices_at(option=chosen, therapist=therapist, start=moment)
        if request.method != "POST" or ASKS_TO_EDIT in request.POST:
            return render(request, "booking/details.html", page)
        if not form.is_valid():
            return render(request, "booking/details.html", page, status=422)
        if ASKS_TO_CHECK in request.POST:
            page["carried"] = _carried(request, stamp=tries.kept_stamp(request))
            if form.cleaned_data["first_visit"] and not pass_of(request):
                page.update(lists=safety, new_pass=safety.make_pass())
            return render(request, "booking/check.html", page)
        contact, key = _contact(form, pass_of(request)), form.cleaned_data["request_key"]
        appointment = lifecycle.made_by(key)  # sent before: it is answered, however often
        if appointment is None:
            if refused := tries.refusal(request, email=contact.email, phone=contact.phone):
                return _asked_again(request, page, refused)
            appointment = lifecycle.request(
                option=chosen, therapist=therapist, start=moment, contact=contact, request_key=key
            )
    except TooManyOpenError as error:
        said = f"{error.message.removesuffix('.')} on {settings.CLINIC['phone']}."
        page["form"].add_error(None, said)
        return render(request, "booking/details.html", page, status=409)
    except BookingError as error:
        return _not_this_time(
            request, error, chosen, therapist, moment or readable(start), form, visit_of(request)
        )
    return redirect("booking:appointment", token=links.mint(appointment=appointment))


def _not_this_time(
    request: HttpRequest,
    error: BookingError,
    option: ServiceOption,
    therapist: Therapist | None,
    moment: datetime | None,
    form: DetailsForm,
    visit: str,
) -> HttpResponse:
    """What went wrong, the nearest free times, and everything that was typed."""
    offered, nearest = nearest_times(
        option=option, therapist=therapist, around=moment or clock.now(), query=query(visit)
    )
    context = {
        "option": option,
        "therapist": offered,
        "asked_for": therapist,
        "moment": moment,
        "error": error,
        "nearest": nearest,
        "form": form,
        "typed": [*_typed(form), *_carried(request, stamp=tries.kept_stamp(request))]
        if form.is_bound
        else [],
        "times_url": reverse("booking:times", args=[option.slug]),
    }
    return render(request, "booking/not_this_time.html", context, status=status_of(error))
