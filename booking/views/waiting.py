"""The waiting list as patients see it: join, see and leave a place, answer an offer."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from booking import availability, lifecycle, links, safety, waitlist, wishes
from booking.addresses import write_start
from booking.day_parts import DayPart
from booking.enums import LinkPurpose, OfferState
from booking.exceptions import BookingError, SafetyFirstError
from booking.forms import CONSENT_VERSION, SafetyForm
from booking.models import Appointment, ClinicPolicy, Offer, WaitingPlace
from booking.views import tries
from booking.views.options import no_such_option
from booking.views.private import LONGEST_TOKEN, by_link, no_such_link, private
from booking.views.visit import FIRST, pass_of, query, visit_for, visit_of
from booking.waiting_forms import EarlierForm, JoinForm, WishesForm
from flexclinic.lib import clock, when
from services.models import ServiceOption


def _wishes(form: WishesForm) -> waitlist.Wishes:
    answers = form.cleaned_data
    return waitlist.Wishes(
        therapists=list(answers.get("therapists") or ()),
        weekdays=answers["weekdays"],
        parts=[DayPart(part) for part in answers["parts"]],
        from_date=answers["from_date"],
        until_date=answers["until_date"],
    )


@never_cache
@sensitive_post_parameters("answer")
def join(request: HttpRequest, option: str) -> HttpResponse:
    """GET asks what suits and who it is; POST puts them on the list.

    Whoever comes for the first time answers the safety check's question before: at this same address, with `answer`.
    """
    chosen = ServiceOption.objects.bookable().select_related("service").filter(slug=option).first()
    if chosen is None:
        return no_such_option(request)
    said = visit_for(chosen, visit_of(request))
    known = said == FIRST if said else None
    wanted = request.GET.get("therapist", "")
    page = reverse("booking:join", args=[chosen.slug])
    again = page + query(visit_of(request), therapist=wanted)
    back = reverse("booking:times", args=[chosen.slug]) + query(visit_of(request), therapist=wanted)
    if request.method != "POST":
        if said == FIRST and not pass_of(request):
            return _safety_page(request, back=back)
        initial: dict[str, Any] = {"request_key": uuid.uuid4(), "therapists": [wanted] if wanted else []}
        return _join_page(request, JoinForm(option=chosen, first_visit=known, initial=initial))
    if "answer" in request.POST and "request_key" not in request.POST:  # before anything was typed
        on = page + query(FIRST, therapist=wanted, check=safety.make_pass())
        return _stopped(request, back=back, again=again) or redirect(on)
    form = JoinForm(request.POST, option=chosen, first_visit=known)
    if not form.is_valid():
        return _join_page(request, form, status=422)
    answers = form.cleaned_data
    passed = safety.read_pass(pass_of(request)) if answers["first_visit"] else None
    if answers["first_visit"] and not passed:
        stamp = [("stamp", tries.kept_stamp(request))]
        if "answer" not in request.POST:
            return _safety_page(request, back=back, typed=form, carried=stamp)
        if stopped := _stopped(request, back=back, again=again, typed=form, carried=stamp):
            return stopped
        passed = safety.read_pass(safety.make_pass())
    place = waitlist.joined_by(answers["request_key"])  # sent before: it is answered, however often
    if place is None:
        if refused := tries.refusal(request, email=answers["email"], phone=answers["phone"], to_wait=True):
            form.add_error(None, refused.message)
            return _join_page(
                request, form, status=refused.status, again=refused.again, passed=passed is not None
            )
        try:
            place = waitlist.join(
                option=chosen,
                wishes=_wishes(form),
                request_key=answers["request_key"],
                contact=lifecycle.Contact(
                    name=answers["name"],
                    email=answers["email"],
                    phone=answers["phone"],
                    first_visit=answers["first_visit"],
                    consent_version=CONSENT_VERSION,
                    safety=passed,
                ),
            )
        except BookingError as error:
            form.add_error(None, error.message)
            return _join_page(request, form, status=503, passed=passed is not None)
    return redirect("booking:place", token=links.mint_for_place(place=place))


def _join_page(
    request: HttpRequest,
    form: JoinForm,
    *,
    status: int = 200,
    again: datetime | None = None,
    passed: bool = False,
) -> HttpResponse:
    stamp = tries.kept_stamp(request) or tries.new_stamp()
    kept_pass = pass_of(request) or (safety.make_pass() if passed else "")
    carried = [(name, value) for name, value in (("stamp", stamp), ("passed", kept_pass)) if value]
    page = {"option": form.option, "form": form, "carried": carried}
    answer = render(request, "booking/join.html", page, status=status)
    if again:
        answer["Retry-After"] = str(max(1, int((again - clock.now()).total_seconds())))
    return answer


def _safety_page(
    request: HttpRequest,
    *,
    back: str,
    form: SafetyForm | None = None,
    typed: JoinForm | None = None,
    carried: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> HttpResponse:
    """The safety check's one page; the form that was `typed` and what else is `carried` come along."""
    page = {
        "lists": safety,
        "form": form or SafetyForm(),
        "typed": typed,
        "carried": [(name, value) for name, value in carried if value],
        "back": back,
    }
    return render(request, "booking/before_waiting.html", page, status=status)


def _stopped(
    request: HttpRequest,
    *,
    back: str,
    again: str,
    typed: JoinForm | None = None,
    carried: Sequence[tuple[str, str]] = (),
) -> HttpResponse | None:
    """What the answer to the safety check leads to; None where it is "none of these". No answer is kept."""
    form = SafetyForm(request.POST)
    if not form.is_valid():
        return _safety_page(request, back=back, form=form, typed=typed, carried=carried, status=422)
    page = {"again": again, "typed": typed, "carried": carried}
    match form.cleaned_data["answer"]:
        case SafetyForm.EMERGENCY:
            return render(request, "booking/stop.html", page)
        case SafetyForm.CALL:
            return render(request, "booking/call_us.html", page)
    return None


@by_link
def earlier(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    """GET asks what would suit better than an appointment; POST puts it on the list, with `leave` takes it off."""
    page: dict[str, Any] = {"appointment": appointment, "token": token}
    if not waitlist.may_be_given_up(appointment):
        return render(request, "booking/no_earlier.html", page, status=409)
    place = waitlist.open_place_of(appointment)
    if request.method == "POST" and "leave" in request.POST:
        if place:
            waitlist.leave(place=place)
        return redirect("booking:earlier", token=token)
    if request.method != "POST" and place:
        return render(request, "booking/on_the_list.html", {**page, "wishes": wishes.in_words(place)})
    last = appointment.starts_at.astimezone(clock.clinic_zone()).date()
    if request.method != "POST":
        form = EarlierForm(option=appointment.option, last=last, initial={"request_key": uuid.uuid4()})
        return render(request, "booking/earlier.html", {**page, "form": form})
    form = EarlierForm(request.POST, option=appointment.option, last=last)
    if not form.is_valid():
        return render(request, "booking/earlier.html", {**page, "form": form}, status=422)
    try:
        place = waitlist.join(
            option=appointment.option,
            wishes=_wishes(form),
            request_key=form.cleaned_data["request_key"],
            appointment=appointment,
        )
    except BookingError:
        return render(request, "booking/no_earlier.html", page, status=409)
    return redirect("booking:place", token=links.mint_for_place(place=place))


def place(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a place on the list; POST with `leave` leaves it."""
    found = links.look_up_place(token) if len(token) <= LONGEST_TOKEN else None
    if found is None:
        return no_such_link(request)
    if request.method == "POST":
        if "leave" in request.POST:
            waitlist.leave(place=found)
        return private(redirect("booking:place", token=token))
    return private(render(request, "booking/place.html", _of_place(found, token)))


def _of_place(found: WaitingPlace, token: str) -> dict[str, Any]:
    said_yes = found.offers.filter(state=OfferState.ACCEPTED).select_related("appointment").first()
    later = found.appointment
    policy = ClinicPolicy.in_force()
    return {
        "taken": said_yes.appointment if said_yes else None,
        "kept": later if later and later.status == "confirmed" and later.starts_at > clock.now() else None,
        "quiet": when.format_stretch(policy.offers_from, policy.offers_until)
        if policy.offers_until - policy.offers_from < 24 * 60
        else "",
        "place": found,
        "wishes": wishes.in_words(found),
        "offer": found.offers.filter(state=OfferState.OPEN).select_related("appointment").first(),
        "most_unanswered": waitlist.MOST_UNANSWERED,
        "token": token,
    }


@sensitive_post_parameters("answer")
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the offered time; POST with `accept` takes it, with `pass` lets it go to the next."""
    appointment = links.look_up(token, purpose=LinkPurpose.OFFER) if len(token) <= LONGEST_TOKEN else None
    if appointment is None:
        return no_such_link(request)
    found = (
        Offer.objects.select_related(
            "place__appointment__therapist", "appointment__option__service", "appointment__therapist"
        )
        .filter(appointment=appointment)
        .first()
    )
    if found is None:
        return no_such_link(request)
    if request.method != "POST":
        return _offer_page(request, found)
    try:
        if "accept" in request.POST:
            return _accepted(request, found, token)
        if "pass" in request.POST:
            waitlist.pass_on(offer=found)
            return private(redirect("booking:offer", token=token))
    except BookingError as error:
        waitlist.expire(offer=found)  # where it is only that the worker has not come to it yet
        found = Offer.objects.select_related(
            "place__appointment__therapist", "appointment__option__service", "appointment__therapist"
        ).get(pk=found.pk)
        return _offer_page(request, found, error=error.message, status=409)
    return private(redirect("booking:offer", token=token))


def _accepted(request: HttpRequest, found: Offer, token: str) -> HttpResponse:
    """Take the time; for a first visit only after the safety check. Raises BookingError."""
    seen = request.POST.get("later", "")
    page = reverse("booking:offer", args=[token])
    carried = [("accept", "1"), ("later", seen)]
    passed = None
    if "answer" in request.POST:
        if stopped := _stopped(request, back=page, again=page, carried=carried):
            return private(stopped)
        passed = safety.read_pass(safety.make_pass())
    try:
        taken = waitlist.accept(offer=found, later_version=_number(seen), passed=passed)
    except SafetyFirstError:
        return private(_safety_page(request, back=page, carried=carried))
    return private(redirect("booking:appointment", token=links.mint(appointment=taken)))


def _offer_page(request: HttpRequest, found: Offer, *, error: str = "", status: int = 200) -> HttpResponse:
    later = found.place.appointment
    live = found.is_live(clock.now())
    over = not live and found.state != OfferState.ACCEPTED
    context = {
        "offer": found,
        "appointment": found.appointment,
        "later": later if later and later.status in waitlist.MAY_BE_GIVEN_UP else None,
        "asks": waitlist.needs_the_desk(found),
        "keeps_later": waitlist.keeps_later(found),
        "live": live,
        "over": over,
        "passed_on": found.state == OfferState.DECLINED,
        "free_url": _free_url(found.appointment) if over and found.state != OfferState.DECLINED else "",
        "error": error,
    }
    return private(render(request, "booking/offer.html", context, status=status))


def _free_url(appointment: Appointment) -> str:
    """Where the time can be booked as anybody books, if it is still free."""
    if availability.explain(
        option=appointment.option, therapist=appointment.therapist, start=appointment.starts_at
    ):
        return ""
    start = write_start(clock.clinic_zone(), int(appointment.starts_at.timestamp()))
    return reverse("booking:details", args=[appointment.option.slug, appointment.therapist.slug, start])


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
