"""Rows whose loss leaves visits behind: as for a change (`ask_first`), somebody sees which before they are deleted."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict

from booking.admin import ask_first
from booking.admin.own import OwnRows
from booking.models import Appointment

M = TypeVar("M", bound=Model)


class AsksBeforeDeleting(OwnRows[M]):
    """The page that confirms lists the visits and has a tick; without it, or with another list, it asks again."""

    delete_confirmation_template = "admin/booking/delete_confirmation.html"
    delete_selected_confirmation_template = "admin/booking/delete_selected_confirmation.html"

    def left_without(self, rows: Iterable[M]) -> list[Appointment]:
        """The visits still to come that would lie outside the hours without these rows."""
        raise NotImplementedError

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask, and say which visits are met."""
        row = self.get_object(request, object_id)
        asked = _asked(request, self.left_without([row]) if row else [])
        return super().delete_view(request, object_id, {**(extra_context or {}), **asked})

    def get_actions(self, request: HttpRequest) -> Any:
        """The deletion of several asks, too."""
        actions: dict[str, Any] = super().get_actions(request)
        if found := actions.get("delete_selected"):
            actions["delete_selected"] = (_asking(found[0]), found[1], found[2])
        return actions


def _asking(delete: Callable[..., HttpResponse | None]) -> Callable[..., HttpResponse | None]:
    def run(
        model_admin: AsksBeforeDeleting[Any], request: HttpRequest, rows: QuerySet[Any]
    ) -> HttpResponse | None:
        asked = _asked(request, model_admin.left_without(rows))
        response = delete(model_admin, request, rows)
        if response is not None and hasattr(response, "context_data"):
            response.context_data |= asked
        return response

    return run


def _asked(request: HttpRequest, visits: list[Appointment]) -> dict[str, Any]:
    """What the page needs to ask; where that was not answered, what was sent deletes nothing yet."""
    if not visits:
        return {}
    stamp = ask_first.stamp_of(visits)
    unanswered = "post" in request.POST and request.POST.get(ask_first.BOX) != stamp
    if unanswered:
        request.POST = QueryDict()
    return {
        "affected": ask_first.listed(
            visits, "will lie outside the hours", saved="deleted", tick="Yes, delete it anyway"
        ),
        "affected_stamp": stamp,
        "unanswered": unanswered,
    }
