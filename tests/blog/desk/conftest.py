"""Two editors, each with a browser of their own."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from booking import roles


def editor_named(name: str) -> Client:
    """The browser of somebody who edits, with a first name."""
    roles.ensure()
    user = User.objects.create_user(name.lower(), first_name=name, is_staff=True)
    user.groups.add(Group.objects.get(name=roles.EDITOR))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ana(db: None) -> Client:
    """One editor."""
    return editor_named("Ana")


@pytest.fixture
def ben(db: None) -> Client:
    """The other."""
    return editor_named("Ben")
