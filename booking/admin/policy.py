"""The booking policy: one row, on one page."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from booking.models import ClinicPolicy


@admin.register(ClinicPolicy)
class ClinicPolicyAdmin(admin.ModelAdmin[ClinicPolicy]):
    """There is always exactly one: nobody adds or deletes it."""

    fieldsets = (
        (
            "Times that are offered",
            {"fields": ("lead_minutes", "horizon_days", "step_minutes", "offers", "shortest_gap")},
        ),
        ("Patients", {"fields": ("change_hours", "most_open")}),
        ("The waiting list", {"fields": ("offer_minutes", "offers_from", "offers_until")}),
        (
            "Messages",
            {
                "fields": (
                    "first_reminder_hours",
                    "second_reminder_hours",
                    "after_visit_hours",
                    "undo_minutes",
                )
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> ClinicPolicy | None:
        """The row; until the first one is saved, the rules that hold without one."""
        if object_id != "1":
            return None
        return ClinicPolicy.in_force()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Straight to the row."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect("admin:booking_clinicpolicy_change", "1")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page, with one button to save."""
        return super().change_view(
            request,
            object_id,
            form_url,
            {
                "title": "Booking policy",
                "subtitle": None,
                "show_save_and_continue": False,
                **(extra_context or {}),
            },
        )

    def response_change(self, request: HttpRequest, obj: ClinicPolicy) -> HttpResponse:
        """Stay on the page."""
        self.message_user(request, "The booking policy was saved. It holds from now on.")
        return redirect("admin:booking_clinicpolicy_change", "1")
