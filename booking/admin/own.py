"""Pages of the admin that hold patients: each shows only what its reader may see, and who looked is written down."""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from booking import looks, sight
from booking.models import Appointment, Patient, WaitingPlace

M = TypeVar("M", bound=Model)


class OwnRows(admin.ModelAdmin[M]):
    """Rows that a reader may not see are not there: lists, searches, choices, pages and histories alike."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Those of `booking.sight`."""
        return sight.seen(request.user, super().get_queryset(request))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Nor can they be chosen."""
        if not sight.sees_everybody(request.user):
            rows = kwargs.get("queryset") or db_field.remote_field.model._default_manager.all()
            kwargs["queryset"] = sight.seen(request.user, rows)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; who was on it is written down."""
        if "%00" in request.META.get("QUERY_STRING", ""):
            return redirect(request.path)  # no text holds that character
        if any(not re.fullmatch(r"[0-9]{1,15}", key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            self.message_user(request, "Nothing was done: tick the rows again.", messages.ERROR)
            return redirect(request.get_full_path())
        response = super().changelist_view(request, extra_context)
        if changelist := _shown(response, "cl"):
            record(request, changelist.result_list)
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page; whose it was is written down."""
        response = super().change_view(request, object_id, form_url, extra_context)
        if row := _shown(response, "original"):
            record(request, [row])
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who changed the details; whose they are is written down."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        response = super().history_view(request, object_id, extra_context)
        if row := _shown(response, "object"):
            record(request, [row])
        return response


def _shown(response: HttpResponse, name: str) -> Any:
    """What a page of the admin was made with; None where it is a redirect."""
    return (getattr(response, "context_data", None) or {}).get(name)


def record(request: HttpRequest, rows: Iterable[Model]) -> None:
    """Write down that whoever sent the request was shown these rows; those that are of no patient are passed over."""
    seen: dict[str, set[int]] = {"appointments": set(), "patients": set(), "places": set()}
    for row in rows:
        match row:
            case Appointment():
                seen["appointments"].add(row.pk)
            case Patient():
                seen["patients"].add(row.pk)
            case WaitingPlace():
                seen["places"].add(row.pk)
            case _:
                seen["appointments"].add(getattr(row, "appointment_id", None) or 0)
                seen["places"].add(getattr(row, "place_id", None) or 0)
    shown = {kind: ids - {0} for kind, ids in seen.items()}
    looks.record(
        request, appointments=shown["appointments"], patients=shown["patients"], places=shown["places"]
    )
