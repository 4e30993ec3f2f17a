"""/admin/inbox/: what waits for an answer of the desk, and the buttons that give one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from booking import inbox, lifecycle, notifications, sight
from booking.admin import own, wording
from booking.admin.acts import ACTS, Act
from booking.admin.asked_to_choose import Asked as AskedToChoose
from booking.admin.asked_to_choose import as_asked
from booking.admin.timeline import why_not
from booking.exceptions import BookingError
from booking.models import Appointment, Notification, Offer
from booking.transitions import Action
from flexclinic.lib import when

#: What is answered here, for one and for several.
_ANSWERS = (Action.CONFIRM, Action.DECLINE)
#: More than these are not acted on at once.
_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A request as the page shows it."""

    asked: inbox.Asked
    waits: str
    visit: str
    proposed: AskedToChoose | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """A time that is kept for somebody of the waiting list."""

    offer: Offer
    visit: str
    until: str
    call: bool
    acts: list[Act]


def show(request: HttpRequest) -> HttpResponse:
    """GET shows what waits; POST answers one or several requests, or sends a message again."""
    user = request.user
    if not user.has_perm("booking.change_appointment"):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request)
    page = Paginator(inbox.requests(user), inbox.PAGE).get_page(request.GET.get("page"))
    asked = inbox.read(list(page.object_list), user)
    failed = list(inbox.failed(user)[: inbox.SHOWN + 1]) if user.has_perm("booking.view_notification") else []
    offers = list(inbox.offers(user)[: inbox.SHOWN + 1])
    choosing = list(inbox.to_choose(user)[: inbox.SHOWN + 1])
    own.record(
        request,
        [
            *(each.appointment for each in asked),
            *failed,
            *(offer.appointment for offer in offers),
            *(each.appointment for each in choosing),
        ],
    )
    return render(
        request,
        "admin/booking/inbox.html",
        {
            **admin.site.each_context(request),
            "title": "Inbox",
            "subtitle": None,
            "page": page,
            "rows": [
                Row(
                    asked=each,
                    waits=wording.ago(each.appointment.created_at),
                    visit=wording.visit(each.appointment),
                    proposed=as_asked(each.proposal) if each.proposal else None,
                )
                for each in asked
            ],
            "answers": [ACTS[action] for action in _ANSWERS],
            "failed": failed[: inbox.SHOWN],
            "more_failed": len(failed) > inbox.SHOWN,
            "offers": [_offer(offer) for offer in offers[: inbox.SHOWN]],
            "more_offers": len(offers) > inbox.SHOWN,
            "choosing": [as_asked(each) for each in choosing[: inbox.SHOWN]],
            "more_choosing": len(choosing) > inbox.SHOWN,
            "may_be_ill": user.has_perm("booking.add_timeoff"),
        },
    )


def _offer(offer: Offer) -> OfferRow:
    return OfferRow(
        offer=offer,
        visit=wording.visit(offer.appointment),
        until=f"{when.format_time(offer.expires_at)}, {wording.day(offer.expires_at)}",
        call=not offer.appointment.email,
        acts=[ACTS[Action.ACCEPT], ACTS[Action.REFUSE]],
    )


def back(request: HttpRequest) -> HttpResponseRedirect:
    """The inbox, on the page that was open."""
    address, page = reverse("admin:inbox"), request.POST.get("page", "")
    known = page.isascii() and page.isdecimal() and len(page) < 6 and int(page) > 1
    return redirect(f"{address}?{urlencode({'page': page})}" if known else address)


def _act(request: HttpRequest) -> HttpResponse:
    """One button: an answer to one ("confirm.12.3"), to all that are ticked ("confirm"), or a message once more."""
    what, *which = request.POST.get("do", "").split(".")
    if what == "again" and len(which) == 1:
        _send_again(request, which[0])
    elif what in _ANSWERS:
        picked = [".".join(which)] if which else request.POST.getlist("pick")[:_MOST]
        _answer(request, ACTS[what], dict(seen_versions(picked)))
    else:
        messages.error(request, "That button is not known. Nothing was changed.")
    return back(request)


def _answer(request: HttpRequest, act: Act, seen: dict[int, int]) -> None:
    """Do the same with each, by itself, and say of each that was refused why."""
    if not seen:
        messages.warning(request, "Tick at least one request. Nothing was changed.")
        return
    do = [
        (appointment, seen[appointment.pk])
        for appointment in sight.seen(request.user, Appointment.objects.filter(pk__in=seen)).order_by(
            "created_at"
        )
    ]
    done = each_by_itself(
        request,
        do,
        lambda appointment, version: act.run(appointment, cast(User, request.user), version),
        said=f"was not {act.done}",
    )
    if len(done) == 1:
        messages.success(request, f"{done[0].name}, {wording.visit(done[0])}: {act.done}. {_told(done[0])}")
    elif done:
        messages.success(request, f"{len(done)} requests were {act.done}.")


def each_by_itself(
    request: HttpRequest,
    do: Iterable[tuple[Appointment, int]],
    run: Callable[[Appointment, int], Appointment],
    *,
    said: str,
) -> list[Appointment]:
    """Run each in a transaction of its own. Gives those that were done; of each other one the desk is told why."""
    done = []
    for appointment, version in do:
        try:
            done.append(run(appointment, version))
        except BookingError as error:
            why = why_not(error, appointment, seen=version)
            messages.error(request, f"{appointment.name}, {wording.visit(appointment)}, {said}: {why}")
    return done


def _told(appointment: Appointment) -> str:
    if not appointment.email:
        return f"There is no email address: please tell {appointment.name}."
    until = lifecycle.undoable_until(appointment)
    return f"The email goes out at {when.format_time(until)}." if until else "The email goes out now."


def _send_again(request: HttpRequest, number: str) -> None:
    if not number.isascii() or not number.isdecimal() or len(number) > 15:
        return
    found = sight.seen(request.user, Notification.objects.filter(pk=int(number))).first()
    if found is None:
        messages.error(request, "There is no such message.")
        return
    try:
        notifications.again(notification=found)
    except BookingError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"The message to {found.contact.name} waits to be sent again.")


def seen_versions(values: Iterable[str]) -> Iterable[tuple[int, int]]:
    """What buttons and boxes send: an appointment's id and the version that was seen, with a dot between them."""
    for value in values:
        pk, _, version = value.partition(".")
        if pk.isascii() and pk.isdecimal() and version.isascii() and version.isdecimal() and len(value) < 20:
            yield int(pk), int(version)
