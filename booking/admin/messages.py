"""The outbox at the desk: what was told to whom, what waits, what could not be sent."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from booking import notifications
from booking.admin import kept_mail, own, previews, wording
from booking.enums import NotificationStatus
from booking.exceptions import BookingError
from booking.models import Notification
from flexclinic.lib import when


@admin.register(Notification)
class NotificationAdmin(own.OwnRows[Notification]):
    """Written by the appointments' own changes; only looked at here, and sent again where that failed."""

    list_display = ("said", "to", "state", "written", "sent", "problem", "read_it")
    list_display_links = None
    list_filter = ("status", "kind")
    list_select_related = ("appointment", "place__appointment")
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    search_fields = ("appointment__name", "appointment__email", "appointment__reference")
    search_help_text = "Name, email address or reference."
    actions = ("send_again",)
    empty_value_display = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: a message comes from a change."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Who may change appointments may also tell of them again."""
        return request.user.has_perm("booking.change_appointment")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with a word about where messages go."""
        return super().changelist_view(
            request, {"title": "Messages", "kept_in": kept_mail.folder(), **(extra_context or {})}
        )

    @admin.display(description="message", ordering="kind")
    def said(self, row: Notification) -> SafeString:
        """What it tells, and of which appointment."""
        page = "waitingplace" if row.place_id else "appointment"
        return format_html(
            '{} <a class="reference" href="{}">{}</a>',
            row.get_kind_display(),
            reverse(f"admin:booking_{page}_change", args=[row.about.pk]),
            row.about.reference,
        )

    @admin.display(description="to", ordering="appointment__name")
    def to(self, row: Notification) -> SafeString:
        """To whom."""
        return format_html("{}<br>{}", row.contact.name, row.contact.email)

    @admin.display(description="state", ordering="status")
    def state(self, row: Notification) -> SafeString:
        """How far it has come."""
        return wording.message_tag(row.status)

    @admin.display(description="written", ordering="created_at")
    def written(self, row: Notification) -> str:
        """When the clinic had something to say."""
        return f"{wording.day(row.created_at)}, {when.format_time(row.created_at)}"

    @admin.display(description="sent", ordering="sent_at")
    def sent(self, row: Notification) -> str:
        """When it went out."""
        return f"{wording.day(row.sent_at)}, {when.format_time(row.sent_at)}" if row.sent_at else ""

    @admin.display(description="problem")
    def problem(self, row: Notification) -> str:
        """What went wrong, or why it is not needed."""
        return row.last_error

    @admin.display(description="text")
    def read_it(self, row: Notification) -> SafeString | str:
        """The way to the message itself, where it is kept as a file."""
        if row.status != NotificationStatus.SENT or kept_mail.folder() is None:
            return ""
        return format_html(
            '<a href="{}" aria-label="Read: {}, {}">Read it</a>',
            reverse("admin:booking_notification_read", args=[row.pk]),
            row.get_kind_display(),
            row.contact.name,
        )

    @admin.action(description="Send again", permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        """Put messages that could not be sent back into the outbox."""
        done = 0
        for notification in queryset.select_related("appointment", "place")[:200]:
            try:
                notifications.again(notification=notification)
            except BookingError as error:
                self.message_user(request, f"{notification}: {error.message}", messages.ERROR)
            else:
                done += 1
        if done:
            plural = "message waits" if done == 1 else "messages wait"
            self.message_user(request, f"{done} {plural} to be sent again.", messages.SUCCESS)

    def get_urls(self) -> list[Any]:
        """The message's own page before the admin's own addresses."""
        read = path(
            "<path:object_id>/read/",
            self.admin_site.admin_view(self.read_view),
            name="booking_notification_read",
        )
        guarded = self.admin_site.admin_view
        shown = [
            path("previews/", guarded(previews.every), name="booking_notification_previews"),
            path("previews/<slug:kind>/", guarded(previews.one), name="booking_notification_preview"),
            path(
                "previews/<slug:kind>/html/", guarded(previews.html), name="booking_notification_preview_html"
            ),
        ]
        return [read, *shown, *super().get_urls()]

    def read_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The text of a message that was kept as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        notification = self.get_object(request, unquote(object_id))
        if notification is None:
            raise Http404("There is no such message.")
        own.record(request, [notification])
        message = kept_mail.read(notification)
        return render(
            request,
            "admin/booking/notification/read.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": str(message["Subject"]) if message else notification.get_kind_display(),
                "notification": notification,
                "message": message,
                "text": kept_mail.text_of(message) if message else "",
                "attachments": [part.get_filename() for part in message.iter_attachments()]
                if message
                else [],
                "kept_in": kept_mail.folder(),
            },
        )
