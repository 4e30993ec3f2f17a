"""Every route of the URLconf, with an address of it to ask. A route that is missing here fails the tests.

To list a new route, add one line: the route as the URLconf writes it, then "GET", "POST" or "GET+POST" and an address
in which {names} stand for the rows of `tests.who_may.clinic`. A model of the admin is one line in MODELS.
Then write docs/who-may-what.md anew; `tests.who_may.test_matrix` says how.
"""

#: Pages by the heading under which docs/who-may-what.md shows them.
#: The kinds of page that an editor publishes, and whether their bodies are blocks, which can be checked.
KINDS = {
    "blog/post": True,
    "blog/page": True,
    "services/service": False,
    "services/therapist": False,
    "services/condition": True,
    "services/muscle": False,
    "services/zone": False,
    "services/explainer": True,
}


def _editors_pages() -> dict[str, str]:
    """What each kind of page has at the editor's desk besides its list and its form."""
    routes = {}
    for kind, checked in KINDS.items():
        name = kind.rpartition("/")[2]
        route, page = f"admin/{kind}/<path:object_id>/", f"/admin/{kind}/{{{name}}}/"
        if checked:
            routes[f"{route}check/"] = f"GET+POST {page}check/"
        routes[f"{route}share/"] = f"GET+POST {page}share/"
        routes[f"{route}history/compare/"] = f"GET {page}history/compare/"
        routes[f"{route}history/<int:version_id>/restore/"] = (
            f"POST {page}history/{{{name}_version}}/restore/"
        )
    return routes


PAGES: dict[str, dict[str, str]] = {
    "The website": {
        "": "GET /",
        "services/": "GET /services/",
        "services/<slug:slug>/": "GET /services/{service_slug}/",
        "therapists/": "GET /therapists/",
        "therapists/<slug:slug>/": "GET /therapists/{therapist_slug}/",
        "conditions/": "GET /conditions/",
        "conditions/<slug:slug>/": "GET /conditions/{condition_slug}/",
        "muscles/": "GET /muscles/",
        "muscles/<slug:slug>/": "GET /muscles/{muscle_slug}/",
        "where-does-it-hurt/": "GET /where-does-it-hurt/",
        "where-does-it-hurt/sheet/": "GET /where-does-it-hurt/sheet/",
        "where-does-it-hurt/<slug:slug>/": "GET /where-does-it-hurt/{zone_slug}/",
        "trigger-points/": "GET /trigger-points/",
        "trigger-points/<slug:slug>/": "GET /trigger-points/{explainer_slug}/",
        "blog/": "GET /blog/",
        "blog/feed/": "GET /blog/feed/",
        "blog/category/<slug:slug>/": "GET /blog/category/{category_slug}/",
        "blog/category/<slug:slug>/feed/": "GET /blog/category/{category_slug}/feed/",
        "blog/author/<slug:slug>/": "GET /blog/author/{author_slug}/",
        "blog/tag/<slug:slug>/": "GET /blog/tag/{tag_slug}/",
        "blog/<slug:slug>/": "GET /blog/{post_slug}/",
        "pages/": "GET /pages/",
        "pages/<slug:slug>/": "GET /pages/{page_slug}/",
        "preview/<str:token>/": "GET /preview/{preview_token}/",
        "search/": "GET+POST /search/",
        "glossary/": "GET /glossary/",
        "privacy/": "GET /privacy/",
        "robots.txt": "GET /robots.txt",
        "sitemap.xml": "GET /sitemap.xml",
        ".well-known/security.txt": "GET /.well-known/security.txt",
        "media/<path:path>": "GET /media/none.png",
        "api/times/": "GET /api/times/?option={option_slug}",
        "api/schema/": "GET /api/schema/",
    },
    "Booking, without an account": {
        "book/": "GET /book/",
        "book/<slug:option>/": "GET /book/{option_slug}/",
        "book/<slug:option>/times-that-suit/": "GET /book/{option_slug}/times-that-suit/",
        "book/<slug:option>/<slug:who>/<str:start>/": "GET+POST /book/{option_slug}/anyone/2026-11-25T10:00/",
        "book/<slug:option>/<slug:who>/<str:start>/before/": "GET+POST /book/{option_slug}/anyone/2026-11-25T10:00/before/",
        "book/<slug:option>/waiting-list/": "GET+POST /book/{option_slug}/waiting-list/",
        "change-my-booking/": "GET+POST /change-my-booking/",
    },
    "By a patient’s or a therapist’s private link": {
        "appointment/<str:token>/": "GET /appointment/{token}/",
        "appointment/<str:token>/calendar.ics": "GET /appointment/{token}/calendar.ics",
        "appointment/<str:token>/comfort/": "GET+POST /appointment/{token}/comfort/",
        "appointment/<str:token>/move/": "GET /appointment/{token}/move/",
        "appointment/<str:token>/move/<slug:who>/<str:start>/": "GET+POST /appointment/{token}/move/anyone/2026-11-27T10:00/",
        "appointment/<str:token>/cancel/": "GET+POST /appointment/{token}/cancel/",
        "appointment/<str:token>/earlier/": "GET+POST /appointment/{token}/earlier/",
        "waiting/<str:token>/": "GET+POST /waiting/{place_token}/",
        "offer/<str:token>/": "GET /offer/{token}/",
        "choose/<str:token>/": "GET+POST /choose/{proposal_token}/",
        "calendar/<str:token>.ics": "GET /calendar/{feed_token}.ics",
    },
    "Signing in": {
        "staff/login/": "GET+POST /staff/login/",
        "staff/logout/": "GET+POST /staff/logout/",
        "staff/inactive/": "GET /staff/inactive/",
        "staff/confirm/": "GET /staff/confirm/",
        "staff/password/": "GET+POST /staff/password/",
        "staff/sessions/": "GET+POST /staff/sessions/",
        "staff/second-factor/": "GET /staff/second-factor/",
        "staff/second-factor/authenticate/": "GET /staff/second-factor/authenticate/",
        "staff/second-factor/reauthenticate/": "GET /staff/second-factor/reauthenticate/",
        "staff/second-factor/totp/activate/": "GET+POST /staff/second-factor/totp/activate/",
        "staff/second-factor/totp/deactivate/": "GET /staff/second-factor/totp/deactivate/",
        "staff/second-factor/recovery-codes/": "GET /staff/second-factor/recovery-codes/",
        "staff/second-factor/recovery-codes/generate/": "GET /staff/second-factor/recovery-codes/generate/",
        "staff/second-factor/recovery-codes/download/": "GET /staff/second-factor/recovery-codes/download/",
        "staff/second-factor/webauthn/": "GET /staff/second-factor/webauthn/",
        "staff/second-factor/webauthn/add/": "GET /staff/second-factor/webauthn/add/",
        "staff/second-factor/webauthn/reauthenticate/": "GET /staff/second-factor/webauthn/reauthenticate/",
        "staff/second-factor/webauthn/keys/<int:pk>/remove/": "GET /staff/second-factor/webauthn/keys/{nothing}/remove/",
        "staff/second-factor/webauthn/keys/<int:pk>/edit/": "GET /staff/second-factor/webauthn/keys/{nothing}/edit/",
        "staff/second-factor/webauthn/login/": "GET /staff/second-factor/webauthn/login/",
        "admin/login/": "GET /admin/login/",
        "admin/logout/": "GET /admin/logout/",
        "admin/password_change/": "GET /admin/password_change/",
        "admin/password_change/done/": "GET /admin/password_change/done/",
    },
    "The desk’s own pages": {
        "admin/": "GET /admin/",
        "admin/board/": "GET /admin/board/?date=2026-11-26",
        "admin/board/stamp/": "GET /admin/board/stamp/?date=2026-11-26",
        "admin/board/at/<int:instant>/<slug:who>/<int:option>/": "GET /admin/board/at/1795705200/t{therapist}/{option}/",
        "admin/phone/": "GET+POST /admin/phone/",
        "admin/numbers/": "GET /admin/numbers/",
        "admin/numbers/all.xlsx": "GET /admin/numbers/all.xlsx",
        "admin/numbers/<slug:key>.csv": "GET /admin/numbers/by-room.csv",
        "admin/first-steps/": "GET+POST /admin/first-steps/",
        "admin/why/": "GET /admin/why/",
        "admin/inbox/": "GET+POST /admin/inbox/",
        "admin/inbox/<int:pk>/propose/": "GET+POST /admin/inbox/{appointment}/propose/",
        "admin/ill/": "GET+POST /admin/ill/",
        "admin/ill/<int:pk>/": "GET+POST /admin/ill/{absence}/",
        "admin/booking/appointment/series/": "GET+POST /admin/booking/appointment/series/",
        "admin/booking/appointment/<path:object_id>/do/<slug:action>/": "POST /admin/booking/appointment/{appointment}/do/arrive/",
        "admin/booking/appointment/<path:object_id>/move/": "GET+POST /admin/booking/appointment/{appointment}/move/",
        "admin/booking/appointment/<path:object_id>/stretch/": "GET+POST /admin/booking/appointment/{appointment}/stretch/",
        "admin/booking/appointment/<path:object_id>/next/": "GET+POST /admin/booking/appointment/{appointment}/next/",
        "admin/booking/appointment/undo/": "POST /admin/booking/appointment/undo/",
        "admin/booking/patient/duplicates/": "GET+POST /admin/booking/patient/duplicates/",
        "admin/booking/patient/<int:kept_id>/merge/<int:gone_id>/": "GET+POST /admin/booking/patient/{patient}/merge/{twin}/",
        "admin/booking/patient/unmerge/<int:merge_id>/": "POST /admin/booking/patient/unmerge/{merge}/",
        "admin/booking/patient/<int:patient_id>/note/": "POST /admin/booking/patient/{patient}/note/",
        "admin/booking/patient/<int:patient_id>/export/": "POST /admin/booking/patient/{patient}/export/",
        "admin/booking/patient/<int:patient_id>/erase/": "GET+POST /admin/booking/patient/{patient}/erase/",
        "admin/booking/overridehours/month/<int:therapist_id>/": "GET+POST /admin/booking/overridehours/month/{therapist}/",
        "admin/booking/weeklyhours/week/<int:therapist_id>/": "GET+POST /admin/booking/weeklyhours/week/{therapist}/",
        "admin/booking/notification/<path:object_id>/read/": "GET /admin/booking/notification/{message}/read/",
        "admin/booking/notification/previews/": "GET /admin/booking/notification/previews/",
        "admin/booking/notification/previews/<slug:kind>/": "GET /admin/booking/notification/previews/received/",
        "admin/booking/notification/previews/<slug:kind>/html/": "GET /admin/booking/notification/previews/received/html/",
        "admin/booking/closure/holidays/": "GET+POST /admin/booking/closure/holidays/",
        "admin/booking/therapistcalendar/<int:pk>/address/": "GET+POST /admin/booking/therapistcalendar/{calendar}/address/",
        **_editors_pages(),
        "admin/reviews/": "GET /admin/reviews/",
        "admin/auth/user/<id>/password/": "GET+POST /admin/auth/user/{somebody}/password/",
        "admin/autocomplete/": "GET /admin/autocomplete/?app_label=booking&model_name=appointment&field_name=patient&term=Pat",
        "admin/jsi18n/": "GET /admin/jsi18n/",
        "admin/r/<path:content_type_id>/<path:object_id>/": "GET /admin/r/{service_type}/{service}/",
        "admin/^(?P<app_label>auth|booking|blog|services|account|mfa|usersessions|procrastinate)/$": "GET /admin/booking/",
        "admin/(?P<url>.*)$": "GET /admin/nothing/",
    },
}

#: Models in the admin, with the name of a row in `tests.who_may.clinic`. Their usual pages need no line of their own.
MODELS: dict[str, str] = {
    "booking.appointment": "appointment",
    "booking.patient": "patient",
    "booking.patienterasure": "erasure",
    "booking.waitingplace": "place",
    "booking.notification": "message",
    "booking.auditentry": "nothing",
    "booking.weeklyhours": "hours",
    "booking.overridehours": "override",
    "booking.timeoff": "time_off",
    "booking.hold": "hold",
    "booking.workingday": "working_day",
    "booking.offeredhours": "offered",
    "booking.closure": "closure",
    "booking.clinicpolicy": "policy",
    "booking.therapistcalendar": "calendar",
    "services.service": "service",
    "services.serviceoption": "option",
    "services.therapist": "therapist",
    "services.room": "room",
    "services.condition": "condition",
    "services.muscle": "muscle",
    "services.zone": "zone",
    "services.explainer": "explainer",
    "blog.post": "post",
    "blog.picture": "picture",
    "blog.video": "video",
    "blog.page": "page",
    "blog.author": "author",
    "blog.category": "category",
    "blog.tag": "tag",
    "blog.term": "term",
    "auth.user": "somebody",
    "auth.group": "group",
    "account.emailaddress": "nothing",
    "mfa.authenticator": "nothing",
    "usersessions.usersession": "nothing",
    "procrastinate.procrastinatejob": "nothing",
}
#: The usual pages of a model: what they are called, their route below the model's, and the method that counts.
USUAL = {
    "list": ("", "GET"),
    "open": ("<path:object_id>/change/", "GET"),
    "add": ("add/", "POST"),
    "change": ("<path:object_id>/change/", "POST"),
    "delete": ("<path:object_id>/delete/", "POST"),
    "history": ("<path:object_id>/history/", "GET"),
}
#: Pages of a model that lead to another or to an earlier version of the row; they ask for the same permissions.
BESIDES = ("<path:object_id>/", "^recover/$", r"^recover/(\d+)/$", r"^([^/]+)/history/(\d+)/$")
