"""allauth's forms, with the clinic's wording and limits."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as MFAReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm
from django.forms import BaseForm

from flexclinic.lib import limits
from flexclinic.staff import PER_SECOND_FACTOR, SAME_CODE, count_or_refuse

CODE_WIDGET = {"class": "input--short", "inputmode": "text", "autocapitalize": "none", "spellcheck": "false"}


def _without_placeholders(form: BaseForm) -> None:
    """Every field has a label; a placeholder that repeats it is gone as soon as somebody types."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["password"].help_text = ""
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}


class ConfirmPasswordForm(ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The password again, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """The old password and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["oldpassword"].help_text = ""


class _CodeForm:
    """What the forms with a code share: few tries, and no code twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)  # type: ignore[arg-type]
        field = self.fields["code"]  # type: ignore[attr-defined]
        field.label = "Code"
        field.help_text = (
            "The six digits that your authenticator app shows now, or one of your recovery codes."
        )
        field.widget.attrs |= CODE_WIDGET

    def clean_code(self) -> str:
        who = str(self.user.pk)  # type: ignore[attr-defined]
        count_or_refuse(context.request, PER_SECOND_FACTOR, who=who)
        code = normalize_user_code(self.cleaned_data["code"])  # type: ignore[attr-defined]
        if limits.count_try(SAME_CODE, who=f"{who} {code}"):
            raise get_adapter().validation_error("incorrect_code")
        self.cleaned_data["code"] = code  # type: ignore[attr-defined]
        checked: str = super().clean_code()  # type: ignore[misc]
        limits.take_back(PER_SECOND_FACTOR, who=who)
        return checked


class SecondFactorForm(_CodeForm, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The second step of signing in."""


class ConfirmSecondFactorForm(_CodeForm, MFAReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A code again, before something that matters."""


class SecondFactorPasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """The second step of signing in, with a passkey."""

    def clean_credential(self) -> Any:
        count_or_refuse(context.request, PER_SECOND_FACTOR, who=str(self.user.pk))
        authenticator = super().clean_credential()
        limits.take_back(PER_SECOND_FACTOR, who=str(self.user.pk))
        return authenticator


class AuthenticatorAppForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        field = self.fields["code"]
        field.label = "Code"
        field.help_text = "The six digits that the app shows."
        field.widget.attrs |= {**CODE_WIDGET, "inputmode": "numeric"}


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A new passkey: always one that is enough to sign in with, so nothing is asked about that."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        self.fields["name"].label = "A name for it"
        self.fields["name"].help_text = "So that you know it later, such as “Desk computer”."
        self.fields["name"].max_length = 100
