"""Whether somebody comes for the first time, as pages pass it on in their addresses: `?visit=first` or `returning`.

A page for first visits is passed by way of the safety check, whose signed pass is `check` in an address and `passed` in
a form. Neither says anything about the person.
"""

from urllib.parse import urlencode

from django.http import HttpRequest

from booking import safety
from services.models import ServiceOption

FIRST, RETURNING = "first", "returning"

_NOT_FOR = {
    FIRST: ServiceOption.Clientele.RETURNING,
    RETURNING: ServiceOption.Clientele.NEW,
}


def visit_of(request: HttpRequest) -> str:
    """What was answered; empty where the question was not."""
    said = request.GET.get("visit", "")
    return said if said in _NOT_FOR else ""


def is_for(option: ServiceOption, visit: str) -> bool:
    """Whether an option is for somebody who answered this."""
    return _NOT_FOR.get(visit) != option.clientele


def visit_for(option: ServiceOption, visit: str) -> str:
    """What holds for an option: what it says itself, if it is for new or for returning patients only."""
    match option.clientele:
        case ServiceOption.Clientele.NEW:
            return FIRST
        case ServiceOption.Clientele.RETURNING:
            return RETURNING
    return visit


def query(visit: str, **more: str) -> str:
    """The end of an address that passes it on, with `?`; empty where there is nothing to pass on."""
    known = {name: value for name, value in {"visit": visit, **more}.items() if value}
    return f"?{urlencode(known)}" if known else ""


def pass_of(request: HttpRequest) -> str:
    """The safety check's pass that came along, if it is good."""
    found = request.POST.get("passed", "") or request.GET.get("check", "")
    return found if safety.read_pass(found) else ""
