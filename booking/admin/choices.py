"""Choices that stand in an address by their slug."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from booking.admin.visit_forms import OptionField
from services.models import ServiceOption, Therapist


def _refuse_nul(field: forms.ModelChoiceField[Any], value: Any) -> None:
    """A NUL is in no slug, and PostgreSQL would refuse to look for it."""
    if isinstance(value, str) and "\0" in value:
        raise ValidationError(field.error_messages["invalid_choice"], code="invalid_choice")


class OptionBySlug(OptionField):
    """An option, by its slug."""

    def __init__(self, **kwargs: Any) -> None:
        unknown = {"invalid_choice": "There is no such option. Choose one."}
        kwargs["error_messages"] = {**unknown, **kwargs.get("error_messages", {})}
        super().__init__(queryset=ServiceOption.objects.none(), to_field_name="slug", label="What", **kwargs)

    def to_python(self, value: Any) -> ServiceOption | None:
        """The option."""
        _refuse_nul(self, value)
        return super().to_python(value)


class TherapistBySlug(forms.ModelChoiceField[Therapist]):
    """A therapist, by the slug; none is anyone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Therapist.objects.none(),
            to_field_name="slug",
            label="Therapist",
            required=False,
            empty_label="Anyone",
            error_messages={"invalid_choice": "There is no such therapist. Choose one, or anyone."},
            **kwargs,
        )

    def to_python(self, value: Any) -> Therapist | None:
        """The therapist. The address may say "anyone", too."""
        _refuse_nul(self, value)
        return super().to_python("" if value == "anyone" else value)
