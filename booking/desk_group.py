"""The group "Front desk": what the people at the desk may see and do, and no more."""

from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db.models import Q

NAME = "Front desk"

_LOOK = ("view",)
_KEEP = ("view", "add", "change")
_ALL = ("view", "add", "change", "delete")

#: What may be done with which model. Nobody deletes appointments; what is told to patients is only read.
MAY: dict[str, tuple[str, ...]] = {
    "booking.appointment": (*_KEEP, "see_every"),
    "booking.patient": (*_KEEP, "merge", "export"),
    "booking.weeklyhours": _ALL,
    "booking.overridehours": _ALL,
    "booking.timeoff": _ALL,
    "booking.hold": _ALL,
    "booking.workingday": _ALL,
    "booking.offeredhours": _ALL,
    "booking.closure": _ALL,
    "booking.clinicpolicy": ("view", "change"),
    "booking.therapistcalendar": _ALL,
    "booking.notification": _LOOK,
    "booking.waitingplace": _KEEP,
    "services.service": _LOOK,
    "services.serviceoption": _LOOK,
    "services.therapist": _LOOK,
    "services.room": _LOOK,
}


def ensure(*, registry: Apps = installed, name: str = NAME, may: dict[str, tuple[str, ...]] = MAY) -> None:
    """Make a group, or give it what it lacks; what somebody else gave it, it keeps.

    A migration gives its own `registry`. A permission that the database does not hold yet (its model comes with a
    later migration) is passed over: that migration calls this again, after its `create_permissions`.
    """
    group, _ = registry.get_model("auth", "Group").objects.get_or_create(name=name)
    wanted = Q(pk__in=())
    for model, verbs in may.items():
        app_label, model_name = model.split(".")
        wanted |= Q(
            content_type__app_label=app_label, codename__in=[f"{verb}_{model_name}" for verb in verbs]
        )
    group.permissions.add(*registry.get_model("auth", "Permission").objects.filter(wanted))


def ensure_in_migration(apps: Any, schema_editor: Any) -> None:
    """Every role's group for `RunPython`, with the permissions of the models that the migrations before have made.

    Django makes permissions only after all migrations have run. A group needs them now, so those of the apps are
    made here, by the same function; afterwards Django finds them there.
    """
    from booking import roles  # it builds on this module

    for label in ("auth", "blog", "services", "booking"):
        app_config = apps.get_app_config(label)
        app_config.models_module = True  # an app as a migration sees it has none, and is then passed over
        try:
            create_permissions(app_config, verbosity=0, apps=apps, using=schema_editor.connection.alias)
        finally:
            app_config.models_module = None
    roles.ensure(registry=apps)
