"""A small clinic for asking who may what: one row of each kind, of a given therapist, and somebody for each role."""

import copy
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client

from blog import previews, revisions
from blog.models import Picture, Term, Video
from blog.publishing import PublishedPage
from booking import feeds, links, merging, roles
from booking.enums import AppointmentStatus, LinkPurpose
from booking.models import (
    Absence,
    Appointment,
    ClinicPolicy,
    Patient,
    PatientErasure,
    PatientMerge,
    Proposal,
    ProposedTime,
    TherapistCalendar,
)
from flexclinic.lib import clock
from services.models import Service, ServiceOption, Therapist
from tests.factories.blog import make_page, make_post, make_tag
from tests.factories.booking import (
    make_appointment,
    make_closure,
    make_hold,
    make_notification,
    make_offered_hours,
    make_override_hours,
    make_time_off,
    make_weekly_hours,
    make_working_day,
)
from tests.factories.figures import make_explainer, make_zone
from tests.factories.services import make_condition, make_muscle, make_room, make_therapist
from tests.factories.waiting import make_place

#: An id that no row has.
NOTHING = 99_999_999


def make_rows(
    *, option: ServiceOption, name: str, start: datetime, user: User | None = None
) -> dict[str, Any]:
    """Rows of one therapist, who signs in as `user`, and of their one patient; by the names in the routes."""
    therapist = make_therapist(options=[option])
    Therapist.objects.filter(pk=therapist.pk).update(user=user)
    hours = make_weekly_hours(therapist=therapist)
    patient = Patient.objects.create(name=name, email=f"{therapist.pk}@example.test")
    twin = Patient.objects.create(name=name)
    merged = make_merge(patient)
    appointment = make_appointment(
        therapist=therapist,
        option=option,
        start=start,
        status=AppointmentStatus.CONFIRMED,
        patient=patient,
        name=name,
    )
    [override] = make_override_hours(therapist=therapist, on=start.date() + timedelta(days=20))
    calendar = TherapistCalendar.objects.create(therapist=therapist)
    place = make_place(appointment=appointment)
    off = start + timedelta(days=21)
    return {
        "nothing": NOTHING,
        "option": option.pk,
        "therapist": therapist.pk,
        "therapist_slug": therapist.slug,
        "appointment": appointment.pk,
        "patient": patient.pk,
        "twin": twin.pk,
        "merge": merged.pk,
        "place": place.pk,
        "message": make_notification(appointment=appointment).pk,
        "hours": hours[0].pk,
        "override": override.pk,
        "time_off": make_time_off(therapist=therapist, start=off, end=off + timedelta(hours=1)).pk,
        "hold": make_hold(therapist=therapist, start=off, end=off + timedelta(hours=1)).pk,
        "working_day": make_working_day(therapist=therapist, most_visits=6).pk,
        "calendar": calendar.pk,
        "absence": Absence.objects.create(
            therapist=therapist, period=DateTimeTZRange(off, off + timedelta(hours=1)), noted_at=clock.now()
        ).pk,
        "proposal_token": _proposed(appointment, therapist),
        "token": links.mint(appointment=appointment),
        "place_token": links.mint_for_place(place=place),
        "feed_token": feeds.renew(calendar=calendar),
    }


def _proposed(appointment: Appointment, therapist: Therapist) -> str:
    """The token of a link to a time that is proposed for an appointment."""
    now = clock.now()
    made = Proposal.objects.create(
        appointment=appointment,
        version=appointment.version,
        must_move=True,
        made_at=now,
        expires_at=now + timedelta(days=1),
    )
    ProposedTime.objects.create(
        proposal=made, start=appointment.starts_at + timedelta(hours=2), therapist=therapist
    )
    return links.mint(appointment=appointment, purpose=LinkPurpose.PROPOSAL)


def make_merge(kept: Patient) -> PatientMerge:
    """One record that was merged into another."""
    gone = Patient.objects.create(name=kept.name)
    seen = merging.plan(kept_id=kept.pk, gone_id=gone.pk).seen
    return merging.merge(kept_id=kept.pk, gone_id=gone.pk, seen=seen, user=None)


def make_clinic(*, option: ServiceOption, start: datetime, user: User | None) -> dict[str, Any]:
    """With what belongs to nobody, besides."""
    post, page, tag = make_post(), make_page(), make_tag()
    ClinicPolicy.in_force().save()
    condition = make_condition()
    muscle = make_muscle(conditions=[condition])
    rows = make_rows(option=option, name="Pat Own", start=start, user=user)
    therapist = Therapist.objects.get(pk=rows["therapist"])
    zone = make_zone()
    make_explainer()
    explainer = make_explainer()
    return {
        **rows,
        "post_version": _version(post),
        "page_version": _version(page),
        "service_version": _version(option.service),
        "therapist_version": _version(therapist),
        **{
            f"{kind._meta.model_name}_version": _version(kind)
            for kind in (condition, muscle, zone, explainer)
        },
        "option": option.pk,
        "option_slug": option.slug,
        "service": option.service_id,
        "service_slug": option.service.slug,
        "service_type": ContentType.objects.get_for_model(Service).pk,
        "room": make_room().pk,
        "condition": condition.pk,
        "condition_slug": condition.slug,
        "muscle": muscle.pk,
        "muscle_slug": muscle.slug,
        "zone": zone.pk,
        "zone_slug": zone.slug,
        "explainer": explainer.pk,
        "explainer_slug": explainer.slug,
        "offered": make_offered_hours(option=option, weekday=1, stretch=("09:00", "17:00")).pk,
        "closure": make_closure(start=start + timedelta(days=40), end=start + timedelta(days=41)).pk,
        "policy": 1,
        "erasure": PatientErasure.objects.create(
            at=clock.now(), by="somebody", appointments=1, messages=1
        ).pk,
        "post": post.pk,
        "post_slug": post.slug,
        "picture": Picture.objects.create(name="A foot", folder="0" * 32, width=400, height=300).pk,
        "video": Video.objects.create(
            name="A film", folder="0" * 32, kind="mp4", size=1, transcript="Words."
        ).pk,
        "preview_token": previews.link_to(post).rstrip("/").rpartition("/")[2],
        "page": page.pk,
        "page_slug": page.slug,
        "tag": tag.pk,
        "tag_slug": tag.slug,
        "author": post.author_id,
        "author_slug": post.author.slug,
        "term": Term.objects.create(name="Term", slug="term", explanation="What it means.").pk,
        "category": post.category_id,
        "category_slug": post.category.slug if post.category else "none",
        "somebody": User.objects.create_user("somebody", is_staff=True).pk,
        "group": Group.objects.get(name=roles.DESK).pk,
    }


def _version(page: PublishedPage) -> int:
    """The key of a page's one version."""
    revisions.keep_as_it_is(page)
    version = revisions.versions_of(type(page), page.pk).get()
    return int(version.pk)


def make_people() -> dict[str, User | None]:
    """Who asks, in the order of the matrix's columns; None is nobody signed in."""
    people: dict[str, User | None] = {
        "visitor": None,
        "no staff": User.objects.create_user("outsider", password="of nobody"),
    }
    for title, role in (
        ("therapist", roles.THERAPIST),
        ("front desk", roles.DESK),
        ("editor", roles.EDITOR),
        ("manager", roles.MANAGER),
    ):
        user = User.objects.create_user(
            f"the-{role.lower().replace(' ', '-')}", is_staff=True, password="of staff"
        )
        user.groups.add(Group.objects.get(name=role))
        people[title] = user
    return people


class Asker:
    """Asks as one person; each answer as if it were the first."""

    def __init__(self, user: User | None) -> None:
        client = Client()
        if user:
            client.force_login(user)
        self.cookies = client.cookies

    def ask(self, method: str, address: str) -> Any:
        """The answer. What the request does is undone by the caller."""
        client = Client()
        client.cookies = copy.deepcopy(self.cookies)
        return client.get(address) if method == "GET" else client.post(address, {})
