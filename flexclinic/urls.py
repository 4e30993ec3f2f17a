"""Every address of the site, and who answers when something goes wrong."""

from allauth.account import views as account
from allauth.usersessions import views as sessions
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path

from blog import glossary_views, search_views
from blog.sitemaps import SITEMAPS as BLOG_SITEMAPS
from blog.sitemaps import of_names
from flexclinic import media, views
from services.sitemaps import SITEMAPS as SERVICES_SITEMAPS
from services.views import home

handler404 = "flexclinic.views.page_not_found"
handler403 = "flexclinic.views.permission_denied"
handler500 = "flexclinic.views.server_error"
handler429 = "flexclinic.views.too_many_requests"

# The lists that no app's own sitemap names.
_OTHERS = of_names("booking:book", "booking:change", "privacy")
SITEMAPS = {
    name: views.on_our_address(listed)
    for name, listed in {"pages": _OTHERS, **SERVICES_SITEMAPS, **BLOG_SITEMAPS}.items()
}

# allauth's views under names of allauth's. Nobody signs up or resets a password by mail, so those have no address.
staff = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("second-factor/", include("allauth.mfa.urls")),
]

urlpatterns = [
    path("", home, name="home"),
    path("", include("services.urls")),
    path("", include("booking.urls")),
    path("blog/", include("blog.urls")),
    path("search/", search_views.find, name="search"),
    path("glossary/", glossary_views.glossary, name="glossary"),
    path("", include("blog.page_urls")),
    path("staff/", include(staff)),
    path("admin/", admin.site.urls),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("privacy/", views.privacy, name="privacy"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("media/<path:path>", media.picture, name="media"),
]
