"""/choose/<token>/: the times that the clinic proposes, of which the patient takes one or none."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from booking import links, proposals
from booking.enums import AppointmentStatus, LinkPurpose, ProposalAnswer
from booking.exceptions import BookingError, ProposalOverError, StateHasChangedError
from booking.models import Proposal
from booking.proposals import Time
from booking.views.private import LONGEST_TOKEN, no_such_link, private
from flexclinic.lib import clock
from services.models import Therapist

_LATEST = 253_000_000_000  # seconds since the epoch: a year that no datetime can hold comes after it
#: What is wrong with the proposal; everything else is wrong with the time that was chosen.
_NOT_THE_TIME = (ProposalOverError, StateHasChangedError)


def choose(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the times; POST with `take` takes one, with `none` says that none suits. Twice is fine."""
    opened = links.look_up(token, purpose=LinkPurpose.PROPOSAL) if len(token) <= LONGEST_TOKEN else None
    proposal = proposals.about(opened) if opened else None
    if proposal is None:
        return no_such_link(request)
    if request.method != "POST":
        return _page(request, proposal)
    try:
        if "none" in request.POST:
            proposals.turn_down(proposal=proposal)
        elif time := _sent(request.POST.get("take", "")):
            taken = proposals.take(proposal=proposal, time=time)
            return private(redirect("booking:appointment", token=links.mint(appointment=taken)))
        else:
            return _page(request, proposal, error="Choose one of the times.", status=422)
    except _NOT_THE_TIME as error:
        return _page(request, _again(proposal), error=error.message, status=409)
    except BookingError:
        text = "That time has just gone. Nothing was changed. Choose one of the times that are free now."
        return _page(request, _again(proposal), error=text, status=409)
    return private(redirect("booking:proposal", token=token))


def _again(proposal: Proposal) -> Proposal:
    found = proposals.about(proposal.appointment)
    assert found
    return found


def _sent(value: str) -> Time | None:
    """The time that a button sends: seconds since the epoch, and a therapist."""
    instant, _, who = value.partition(".")
    numbers = [part for part in (instant, who) if part.isascii() and part.isdecimal() and len(part) < 13]
    if len(numbers) != 2 or int(instant) > _LATEST:
        return None
    therapist = Therapist.objects.filter(pk=int(who), bookable=True).first()
    return Time(datetime.fromtimestamp(int(instant), UTC), therapist) if therapist else None


def _page(request: HttpRequest, proposal: Proposal, *, error: str = "", status: int = 200) -> HttpResponse:
    appointment = proposal.appointment
    live = proposal.is_open(clock.now())
    free = proposals.still_free(proposal) if live else []
    others = proposals.others(proposal) if live and not free else []
    context = {
        "proposal": proposal,
        "appointment": appointment,
        "live": live,
        "taken": proposal.answer == ProposalAnswer.TAKEN,
        "none": proposal.answer == ProposalAnswer.NONE,
        "times": free,
        "gone": len(proposal.times.all()) - len(free),
        "others": others,
        "others_confirm": bool(others) and proposals.confirms(proposal, others[0]),
        "agreed": appointment.status == AppointmentStatus.CONFIRMED,
        "error": error,
    }
    return private(render(request, "booking/proposal.html", context, status=status))
