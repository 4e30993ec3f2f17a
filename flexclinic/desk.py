"""The clinic's admin site: signed in to through allauth, for staff only."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from flexclinic.views import permission_denied


class DeskSite(AdminSite):
    """The front desk's place of work, and the editor's."""

    index_title = "Desk"
    enable_nav_sidebar = False  # its script comes without the nonce of the policy

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.site_header = self.site_title = settings.CLINIC["name"]

    def own_urls(self) -> list[URLPattern | URLResolver]:
        """The desk's pages that are no model's, before the admin's own: each view through `self.admin_view`."""
        # Only here: booking's own admin asks for this site while it is loaded.
        from blog.desk import reviews_page
        from booking.admin import board, first_steps_page, ill, inbox, numbers, phone, propose, why

        return [
            path("board/", self.admin_view(board.show), name="board"),
            path("board/stamp/", self.admin_view(board.changed), name="board_stamp"),
            path(
                "board/at/<int:instant>/<slug:who>/<int:option>/",
                self.admin_view(board.start),
                name="board_start",
            ),
            path("phone/", self.admin_view(phone.show), name="phone"),
            path("inbox/", self.admin_view(inbox.show), name="inbox"),
            path("inbox/<int:pk>/propose/", self.admin_view(propose.show), name="propose"),
            path("ill/", self.admin_view(ill.start), name="ill"),
            path("ill/<int:pk>/", self.admin_view(ill.visits), name="ill_visits"),
            path("why/", self.admin_view(why.show), name="why"),
            path(
                "r/<path:content_type_id>/<path:object_id>/",
                self.admin_view(self._on_the_site),
                name="view_on_site",
            ),
            path("numbers/", self.admin_view(numbers.show), name="numbers"),
            path("numbers/all.xlsx", self.admin_view(numbers.workbook), name="numbers_xlsx"),
            path("numbers/<slug:key>.csv", self.admin_view(numbers.one_table), name="numbers_csv"),
            path("reviews/", self.admin_view(reviews_page.show), name="reviews"),
            path("first-steps/", self.admin_view(first_steps_page.show), name="first_steps"),
        ]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's. No text holds the character NUL: who asks a model's page for it asks for nothing."""
        inner = super().admin_view(view, cacheable)
        if not hasattr(view, "__self__"):
            return inner  # our own pages say what they cannot read

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "%00" in request.META.get("QUERY_STRING", ""):
                return redirect(request.path)
            answer: HttpResponse = inner(request, *args, **kwargs)
            return answer

        return guarded

    def _on_the_site(self, request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
        """The page on the website of a row of the admin; 404 for a key that its model cannot have."""
        try:
            return shortcut(request, content_type_id, object_id)
        except (ValidationError, ValueError) as error:
            raise Http404 from error

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Our pages first, because the admin's last address takes everything."""
        return [*self.own_urls(), *super().get_urls()]

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Hand over to the sign-in of staff; somebody signed in who may not be here is told so, not sent round."""
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not url_has_allowed_host_and_scheme(
            wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            wanted = reverse("admin:index", current_app=self.name)
        if not request.user.is_authenticated:
            return redirect_to_login(wanted, login_url=reverse("account_login"))
        if self.has_permission(request):
            return redirect(wanted)
        return permission_denied(request)

    @method_decorator(never_cache)
    def logout(  # type: ignore[override]  # a redirect is an answer too
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask once, then sign out."""
        return redirect("account_logout")

    def password_change(  # type: ignore[override]  # a redirect is an answer too
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of allauth, which asks for the old password and counts the tries."""
        return redirect("account_change_password")
