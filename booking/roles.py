"""Who may what: the four roles of the clinic's staff, each a group with its permissions.

Which rows somebody sees beyond that is said in `booking.sight`: who may not `see_every_appointment` sees only what is
their own. See docs/who-may-what.md for what comes of it, address by address, and docs/decisions/0030-roles.md.
"""

from django.apps import apps as installed
from django.apps.registry import Apps

from blog.models import PAGE_BLOCKS, POST_BLOCKS
from booking import desk_group

DESK = desk_group.NAME
THERAPIST = "Therapist"
EDITOR = "Editor"
MANAGER = "Manager"

May = dict[str, tuple[str, ...]]

_LOOK = ("view",)
_ALL = ("view", "add", "change", "delete")

_PAGES: May = {
    **{
        f"blog.{model}": _ALL
        for model in (
            "post",
            "page",
            "author",
            "category",
            "tag",
            "term",
            "picture",
            "video",
            *(block._meta.model_name for block in (*POST_BLOCKS, *PAGE_BLOCKS)),
        )
    },
    "services.service": _ALL,
    "services.therapist": ("view", "change"),
    "services.muscle": _ALL,
    "services.condition": _ALL,
    "services.zone": _ALL,
    "services.zonemuscle": _ALL,
    "services.explainer": _ALL,
    **{
        f"services.{page}{kind}": _ALL
        for page in ("condition", "explainer")
        for kind in (
            "richtext",
            "figure",
            "carecard",
            "calltobook",
            "dodont",
            "question",
            "evidence",
            "video",
            "freetimes",
            "musclefigure",
        )
    },
}

#: What each role may do with which model: permissions by their verb, as in "view_patient".
MAY: dict[str, May] = {
    DESK: desk_group.MAY,
    # Their own diary and the people in it: `booking.sight` keeps the rest from them.
    THERAPIST: {
        "booking.appointment": ("view", "mark"),
        "booking.patient": _LOOK,
        "booking.weeklyhours": _LOOK,
        "booking.overridehours": _LOOK,
        "booking.timeoff": _LOOK,
        "services.service": _LOOK,
        "services.serviceoption": _LOOK,
        "services.therapist": _LOOK,
        "services.room": _LOOK,
    },
    EDITOR: {**_PAGES, "services.serviceoption": _LOOK, "services.room": _LOOK},
    # Everything but what makes a superuser; the accounts of superusers stay out of reach (flexclinic.admin).
    MANAGER: {
        **desk_group.MAY,
        **_PAGES,
        "services.therapist": _ALL,
        "services.serviceoption": _ALL,
        "services.room": _ALL,
        "booking.patient": (*desk_group.MAY["booking.patient"], "erase"),
        "booking.patienterasure": _LOOK,
        "booking.auditentry": _LOOK,
        "booking.numbers": _LOOK,
        "auth.user": ("view", "add", "change"),
    },
}


def ensure(*, registry: Apps = installed) -> None:
    """Make every role's group, or give it what it lacks; see `desk_group.ensure`."""
    for name, may in MAY.items():
        desk_group.ensure(registry=registry, name=name, may=may)
