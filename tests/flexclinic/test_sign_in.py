"""Signing in to the desk: passwords, limits, second factors, sessions."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from flexclinic.lib import limits
from flexclinic.staff import PER_NAME_AND_ADDRESS, StaffMFAAdapter

PASSWORD = "Trapezius-17-rhomboid"

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(db: None) -> User:
    """Somebody of the staff with a password, not signed in."""
    return User.objects.create_user("maria", password=PASSWORD, is_staff=True, is_superuser=True)


def sign_in(client: Client, *, name: str = "maria", password: str = PASSWORD, **headers: str) -> int:
    response = client.post(
        reverse("account_login"), {"login": name, "password": password}, headers=headers or None
    )
    return response.status_code


def sign_in_from(address: str, *, name: str = "maria", password: str = "wrong", **headers: str) -> int:
    return sign_in(Client(REMOTE_ADDR=address), name=name, password=password, **headers)


def codes_now(secret: str) -> list[str]:
    """The codes that the app shows a half minute ago, now and next."""
    return [format_hotp_value(hotp_value(secret, counter)) for counter in yield_hotp_counters_from_time()]


def set_up_app(client: Client) -> str:
    """Set up an authenticator app for whoever is signed in, and give its secret."""
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    found = re.search(r'factor__secret">([A-Z2-7]+)<', page)
    assert found
    secret = found[1]
    done = client.post(reverse("mfa_activate_totp"), {"code": codes_now(secret)[1]})
    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    return secret


# Passwords


def test_the_right_password_opens_the_desk(client: Client, member: User) -> None:
    response = client.post(reverse("account_login"), {"login": "maria", "password": PASSWORD})

    assert response.headers["Location"] == reverse("admin:index")
    assert client.get(reverse("admin:index")).status_code == 200


def test_the_desk_asks_to_sign_in_and_leads_back(client: Client, member: User) -> None:
    wanted = reverse("admin:auth_user_changelist")
    response = client.get(wanted, follow=True)
    address, _ = response.redirect_chain[-1]
    assert address.startswith(reverse("account_login"))
    assert b"Staff sign-in" in response.content

    response = client.post(address, {"login": "maria", "password": PASSWORD, "next": wanted})
    assert response.headers["Location"] == wanted


def test_signing_in_never_leads_to_another_site(client: Client, member: User) -> None:
    response = client.post(
        reverse("account_login"), {"login": "maria", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert response.headers["Location"] == reverse("admin:index")

    response = client.get(reverse("admin:login"), {"next": "https://evil.example/"})
    assert response.headers["Location"] == reverse("admin:index")


def test_a_wrong_password_says_so_without_telling_which_names_exist(client: Client, member: User) -> None:
    answers = {
        re.sub(r'(value|nonce)="[^"]*"', "", response.content.decode())
        for response in (
            client.post(reverse("account_login"), {"login": name, "password": "wrong"})
            for name in ("maria", "nobody")
        )
    }
    assert len(answers) == 1
    assert "do not belong together" in answers.pop()


def test_a_closed_account_is_told_so(client: Client, member: User) -> None:
    member.is_active = False
    member.save()
    response = client.post(reverse("account_login"), {"login": "maria", "password": PASSWORD}, follow=True)
    assert "This account is closed" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up_or_resets_a_password_by_mail() -> None:
    for name in ("account_signup", "account_reset_password", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


# Limits


def test_the_sixth_try_is_refused_and_says_when_to_try_again(
    member: User, clock: time_machine.Traveller
) -> None:
    client = Client()
    assert [sign_in(client, password="wrong") for _ in range(5)] == [200] * 5

    clock.shift(90)
    response = client.post(reverse("account_login"), {"login": "MARIA ", "password": PASSWORD})
    assert response.status_code == 429
    assert response.headers["Retry-After"] == str(300 - 90)
    assert "Try again at 9:05am, in 4 minutes." in response.content.decode()

    clock.shift(300 - 90)
    assert sign_in(client) == 302


def test_trying_on_does_not_make_the_wait_longer(member: User, clock: time_machine.Traveller) -> None:
    client = Client()
    for _ in range(10):
        sign_in(client, password="wrong")
        clock.shift(20)
    clock.shift(100)
    assert sign_in(client) == 302


def test_a_stranger_shuts_out_nobody_at_another_address(member: User) -> None:
    for _ in range(20):
        sign_in_from("203.0.113.9")
    assert sign_in_from("203.0.113.9", password=PASSWORD) == 429
    assert sign_in_from("198.51.100.7", password=PASSWORD) == 302


def test_many_names_from_one_address_are_refused(member: User) -> None:
    answers = [sign_in_from("203.0.113.9", name=f"name{number}") for number in range(31)]
    assert answers == [200] * 30 + [429]


def test_one_household_of_ipv6_is_one_client(member: User) -> None:
    answers = [sign_in_from(f"2001:db8:1:2::{number}") for number in range(1, 7)]
    assert answers == [200] * 5 + [429]
    assert sign_in_from("2001:db8:1:3::1") == 200


def test_a_forged_forwarded_header_does_not_help(member: User) -> None:
    answers = [sign_in_from("203.0.113.9", **{"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(6)]
    assert answers == [200] * 5 + [429]


def test_behind_our_proxy_its_own_word_counts(member: User, settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    answers = [sign_in_from("10.0.0.1", **{"X-Forwarded-For": f"192.0.2.{n}, 203.0.113.9"}) for n in range(6)]
    assert answers == [200] * 5 + [429]
    assert sign_in_from("10.0.0.1", **{"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}) == 200


def test_a_success_takes_back_only_itself(member: User) -> None:
    for _ in range(3):
        assert [sign_in_from("203.0.113.9"), sign_in_from("203.0.113.9", password=PASSWORD)][1] == 302
    assert [sign_in_from("203.0.113.9") for _ in range(3)] == [200, 200, 429]


def test_rate_limits_off_is_off(member: User, settings: Settings) -> None:
    settings.RATE_LIMITS = False
    settings.ACCOUNT_RATE_LIMITS = False
    assert {sign_in_from("203.0.113.9") for _ in range(12)} == {200}


def test_the_counters_keep_no_names_and_no_addresses(member: User) -> None:
    sign_in_from("203.0.113.9")
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM flexclinic_tries")
        kept = " ".join(key for (key,) in cursor.fetchall())
    assert kept
    assert "maria" not in kept
    assert "203.0.113.9" not in kept


def test_old_counters_go(clock: time_machine.Traveller) -> None:
    for number in range(20):
        limits.count_try(PER_NAME_AND_ADDRESS, who=str(number))
    clock.shift(301)
    limits.count_try(PER_NAME_AND_ADDRESS, who="new")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM flexclinic_tries")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_a_hundred_wrong_passwords_at_once_are_five(member: User) -> None:
    def attempt(number: int) -> int:
        try:
            return sign_in_from("203.0.113.9")
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(attempt, range(100)))

    assert sorted(answers) == [200] * 5 + [429] * 95


# Second factors


def test_the_qr_code_needs_no_style_and_no_data_address(client: Client, member: User) -> None:
    sign_in(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert '<svg class="qr-code"' in page
    assert "data:" not in page
    assert " style=" not in page


def test_an_app_is_set_up_and_then_asked_for(
    client: Client, member: User, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    secret = set_up_app(client)
    client.post(reverse("account_logout"))
    clock.shift(120)

    response = client.post(reverse("account_login"), {"login": "maria", "password": PASSWORD})
    assert response.headers["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("admin:index")).status_code == 302

    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    assert b"error-summary" in wrong.content

    right = client.post(reverse("mfa_authenticate"), {"code": codes_now(secret)[1]})
    assert right.headers["Location"] == reverse("admin:index")
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_code_is_taken_once_however_it_is_written(member: User, clock: time_machine.Traveller) -> None:
    first = Client()
    sign_in(first)
    secret = set_up_app(first)
    clock.shift(120)
    code = codes_now(secret)[1]
    answers = []
    for typed in (code, code, f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}"):
        client = Client()
        sign_in(client)
        answers.append(client.post(reverse("mfa_authenticate"), {"code": typed}).status_code)
        clock.shift(10)
    assert answers == [302, 200, 200, 200]


def test_codes_are_tried_five_times_only(member: User, clock: time_machine.Traveller) -> None:
    client = Client()
    sign_in(client)
    secret = set_up_app(client)
    clock.shift(120)
    answers = []
    for number in range(6):
        other = Client(REMOTE_ADDR=f"203.0.113.{number}")
        sign_in(other)
        answers.append(other.post(reverse("mfa_authenticate"), {"code": f"00000{number}"}).status_code)
    assert answers == [200] * 5 + [429]

    last = Client()
    sign_in(last)
    assert last.post(reverse("mfa_authenticate"), {"code": codes_now(secret)[1]}).status_code == 429


def test_a_recovery_code_signs_in_once(member: User, clock: time_machine.Traveller) -> None:
    client = Client()
    sign_in(client)
    set_up_app(client)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    codes = re.findall(r"<code>(\d{8})</code>", page)
    assert len(codes) == 10

    answers = []
    for code in (codes[0], codes[0], codes[1]):
        clock.shift(120)
        other = Client()
        sign_in(other)
        answers.append(other.post(reverse("mfa_authenticate"), {"code": code}).status_code)
    assert answers == [302, 200, 302]


def test_where_it_is_required_nothing_of_the_desk_opens_without(member: User, settings: Settings) -> None:
    settings.STAFF_MFA = "required"
    client = Client()
    sign_in(client)

    for address in (reverse("admin:index"), reverse("admin:auth_user_changelist"), "/admin/nothing/"):
        response = client.get(address)
        assert response.headers["Location"].partition("?")[0] == reverse("mfa_index")
    assert "Before you can open the desk" in client.get(response.headers["Location"]).content.decode()

    set_up_app(client)
    assert client.get(reverse("admin:index")).status_code == 200
    refused = client.post(reverse("mfa_deactivate_totp"))
    assert "Add a passkey first" in refused.content.decode()
    assert Authenticator.objects.filter(user=member, type=Authenticator.Type.TOTP).exists()


def test_where_it_is_optional_the_app_can_be_removed(member: User) -> None:
    client = Client()
    sign_in(client)
    assert client.get(reverse("admin:index")).status_code == 200
    set_up_app(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=member).exists()


def test_changing_a_factor_asks_again_who_it_is(member: User, clock: time_machine.Traveller) -> None:
    client = Client()
    sign_in(client)
    clock.shift(3600)
    response = client.get(reverse("mfa_activate_totp"))
    assert response.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert "Confirm that it is you" in client.get(response.headers["Location"]).content.decode()
    done = client.post(response.headers["Location"], {"password": PASSWORD})
    assert done.headers["Location"] == reverse("mfa_activate_totp")


def test_secrets_are_not_stored_as_they_are(member: User) -> None:
    client = Client()
    sign_in(client)
    secret = set_up_app(client)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert StaffMFAAdapter().decrypt(Authenticator.objects.get(type="totp").data["secret"]) == secret


def test_a_changed_key_opens_nothing_and_breaks_nothing(
    member: User, settings: Settings, clock: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client()
    sign_in(client)
    secret = set_up_app(client)
    clock.shift(120)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10

    lost = Client()
    sign_in(lost)
    assert lost.post(reverse("mfa_authenticate"), {"code": codes_now(secret)[1]}).status_code == 200
    assert "SECRET_KEY_FALLBACKS" in caplog.text

    settings.SECRET_KEY_FALLBACKS = [old]
    kept = Client()
    sign_in(kept)
    clock.shift(120)
    assert kept.post(reverse("mfa_authenticate"), {"code": codes_now(secret)[1]}).status_code == 302


# Sessions, and who may not


def test_other_sessions_are_listed_and_ended(member: User) -> None:
    here, there = Client(), Client(headers={"User-Agent": "The tablet in room two"})
    sign_in(here)
    sign_in(there)
    assert "The tablet in room two" in here.get(reverse("usersessions_list")).content.decode()

    here.post(reverse("usersessions_list"))

    assert here.get(reverse("admin:index")).status_code == 200
    assert there.get(reverse("admin:index")).status_code == 302


def test_a_new_password_ends_the_other_sessions(member: User) -> None:
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    new = "Scalene-93-soleus"
    here.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert here.get(reverse("admin:index")).status_code == 200
    assert there.get(reverse("admin:index")).status_code == 302
    assert sign_in(Client(), password=new) == 302


def test_signing_out_is_asked_for_and_done(client: Client, member: User) -> None:
    sign_in(client)
    response = client.post(reverse("admin:logout"), follow=True)
    assert b"Sign out?" in response.content
    assert client.get(reverse("admin:index")).status_code == 200

    client.post(reverse("account_logout"))
    assert client.get(reverse("admin:index")).status_code == 302


def test_somebody_who_is_not_staff_is_told_so_without_a_loop(outsider: Client) -> None:
    response = outsider.get(reverse("admin:index"), follow=True)
    assert response.status_code == 403
    assert "does not belong to the clinic’s staff" in response.content.decode()
    assert len(response.redirect_chain) == 1


def test_staff_without_the_right_get_a_page_that_leads_back(client: Client) -> None:
    client.force_login(User.objects.create_user("editor", is_staff=True))
    response = client.get(reverse("admin:auth_user_changelist"))
    assert response.status_code == 403
    page = response.content.decode()
    assert "You cannot open this page" in page
    assert f'href="{reverse("admin:index")}"' in page
