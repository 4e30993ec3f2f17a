"""Therapists' private calendars: where the day's list goes, and the address to subscribe to."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from booking import feeds
from booking.admin.own import OwnRows
from booking.fields import write_minute_of_day
from booking.models import TherapistCalendar
from flexclinic.lib import when

END = "end"
_SHOWN_ONCE = (
    "This is the new address. It is shown only this once: copy it now, into the therapist’s calendar program "
    "(“Subscribe to calendar” or “From URL”). An earlier address no longer works. <br><code>{}</code>"
)


@admin.register(TherapistCalendar)
class TherapistCalendarAdmin(OwnRows[TherapistCalendar]):
    """One row a therapist. The address is shown once, on a page of its own, when it is made."""

    fields = ("therapist", "email", "send_at", "address")
    readonly_fields = ("address",)
    list_display = ("therapist", "address_since", "email", "sent_at")
    list_display_links = ("therapist",)
    list_select_related = ("therapist",)
    empty_value_display = ""

    @admin.display(description="calendar address since", ordering="renewed_at")
    def address_since(self, row: TherapistCalendar) -> str:
        """When the address was made."""
        return when.format_date(row.renewed_at) if row.digest and row.renewed_at else ""

    @admin.display(description="day’s list sent at", ordering="send_at")
    def sent_at(self, row: TherapistCalendar) -> str:
        """The time, where there is somewhere to send it."""
        return when.format_wall_time(*divmod(row.send_at, 60)) if row.email else ""

    @admin.display(description="calendar address")
    def address(self, row: TherapistCalendar) -> str:
        """The way to its page."""
        if row.pk is None:
            return "Save first. Then you can make an address that a calendar program subscribes to."
        page = reverse("admin:booking_therapistcalendar_address", args=[row.pk])
        return format_html(
            '<a href="{}">{}</a>', page, "See or renew the address" if row.digest else "Make an address"
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: TherapistCalendar | None = None
    ) -> tuple[str, ...]:
        """Whose calendar it is stays as it is."""
        return ("therapist", *self.readonly_fields) if obj else self.readonly_fields

    def get_urls(self) -> list[URLPattern]:
        """The address's page before the admin's own, whose last address takes everything."""
        view = self.admin_site.admin_view(self.address_page)
        return [
            path("<int:pk>/address/", view, name="booking_therapistcalendar_address"),
            *super().get_urls(),
        ]

    def address_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET tells whether there is an address; POST makes a new one, shown once on the next page, or ends it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_queryset(request).select_related("therapist").filter(pk=pk).first()
        if row is None:
            raise Http404
        if request.method == "POST":
            if not self.has_change_permission(request, row):
                raise PermissionDenied
            if END in request.POST:
                feeds.end(calendar=row)
                self.log_change(request, row, "Ended the calendar address.")
                self.message_user(request, "The calendar address was ended.")
                return redirect("admin:booking_therapistcalendar_address", pk)
            token = feeds.renew(calendar=row)
            self.log_change(request, row, "Made a new calendar address.")
            address = request.build_absolute_uri(reverse("booking:feed", args=[token]))
            self.message_user(request, format_html(_SHOWN_ONCE, address))
            return redirect("admin:booking_therapistcalendar_address", pk)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Calendar of {row.therapist}",
            "row": row,
            "may_change": self.has_change_permission(request, row),
            "send_at": write_minute_of_day(row.send_at),
            "lists": row.day_lists.all()[:7],
        }
        return render(request, "admin/booking/therapistcalendar/address.html", context)
