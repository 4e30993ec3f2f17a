"""`seed_demo`: the demo clinic, into this database."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

import blog.demo
import blog.demo_pages
import booking.demo
import services.demo
from booking import roles
from flexclinic.demo import staff_password
from flexclinic.lib import clock
from services.models import Service, Therapist

DESK = "desk"
EDITOR = "editor"
MANAGER = "manager"
THERAPIST = "therapist"


class Command(BaseCommand):
    """Loads what is missing of the demo clinic. Run twice, it changes nothing; what people changed stays."""

    help = (
        "Load the demo clinic: posts, services, therapists, hours, visits, and the staff login of the demo."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--if-empty."""
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="Leave a database alone that has a service already; only the staff login is kept in step.",
        )

    def handle(self, *args: Any, if_empty: bool = False, **options: Any) -> None:
        """One transaction. Raises CommandError outside the demo."""
        if not settings.DEMO:
            raise CommandError(
                "seed_demo is for the demo only: it would put made-up people into a real clinic's diary. "
                "Nothing was changed."
            )
        with transaction.atomic():
            if if_empty and Service.objects.exists():
                if User.objects.filter(username=DESK, email=f"{DESK}@flexclinic.example").exists():
                    _make_staff()  # the demo's own clinic, perhaps from before there were these roles
                keep_passwords()
                self._say("There is a clinic in this database already.", options)
                return
            self._load(options)

    def _load(self, options: dict[str, Any]) -> None:
        at = clock.now()
        self._say("Staff logins", options)
        desk = _make_staff()
        keep_passwords()
        self._say("Blog", options)
        blog.demo.seed(at=at)
        blog.demo_pages.seed(at=at)
        self._say("Services and therapists", options)
        services.demo.seed(at=at)
        self._say("Hours and visits", options)
        booking.demo.seed(at=at, user=desk)
        _link_therapist()
        self._say("The demo clinic is there.", options)

    def _say(self, line: str, options: dict[str, Any]) -> None:
        if options.get("verbosity", 1) > 0:
            self.stdout.write(line)


def keep_passwords() -> None:
    """Give the demo's staff logins, where they are there, the password that the demo announces."""
    password = staff_password()
    for user in User.objects.filter(username__in=[DESK, EDITOR, MANAGER, THERAPIST]):
        if not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])


def _make_staff() -> User:
    """A login for each role, where it is missing; gives that of the front desk."""
    roles.ensure()
    desk = _staff(DESK, Group.objects.get(name=roles.DESK))
    # One login shows the whole desk of the demo; a clinic leaves the numbers to its manager.
    desk.user_permissions.add(Permission.objects.get(codename="view_numbers"))
    for username, role in ((EDITOR, roles.EDITOR), (MANAGER, roles.MANAGER), (THERAPIST, roles.THERAPIST)):
        _staff(username, Group.objects.get(name=role))
    _link_therapist()
    return desk


def _link_therapist() -> None:
    """Let the login `therapist` be the first of the therapists, unless it is somebody already."""
    if Therapist.objects.filter(user__username=THERAPIST).exists():
        return
    first = Therapist.objects.filter(bookable=True, user=None).first()
    Therapist.objects.filter(pk=first.pk if first else 0).update(
        user=User.objects.filter(username=THERAPIST).first()
    )


def _staff(username: str, group: Group) -> User:
    user, created = User.objects.get_or_create(
        username=username, defaults={"is_staff": True, "email": f"{username}@flexclinic.example"}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        user.groups.add(group)
    return user
