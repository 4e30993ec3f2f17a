"""Clean input of the booking pages, nothing else."""

import re
import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from booking import consent, said_dates, said_times, suiting, typed
from booking.models import ComfortPreferences
from booking.typed import shorten
from flexclinic.lib import clock
from services.models import ServiceOption

#: Which wording of the consent a patient agrees to.
CONSENT_VERSION = consent.NEWEST


def validate_phone(value: str) -> None:
    """Accept any way of writing a phone number that holds 7 to 15 digits."""
    digits = re.sub(r"[^0-9]", "", value)
    if not 7 <= len(digits) <= 15 or not re.fullmatch(
        r"[0-9\s()+./-]+((ext\.?|x|#)\s*[0-9]+)?", value.lower()
    ):
        raise ValidationError("Enter a phone number such as (212) 555-0142.", code="invalid")


class DetailsForm(forms.Form):
    """Who books. `website` is a trap for programs: people do not see it."""

    name = typed.Line(
        label="Your full name",
        max_length=200,
        error_messages={
            "required": "Enter your full name.",
            "max_length": "Write your name in %(limit_value)d characters or fewer.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    email = typed.Email(
        label="Your email address",
        max_length=254,
        help_text="We send the confirmation and a calendar entry here.",
        error_messages={"required": "Enter your email address."},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    phone = typed.Line(
        label="Your phone number",
        max_length=40,
        help_text="We call only if something about your visit changes.",
        error_messages={
            "required": "Enter a phone number that we can reach you on.",
            "max_length": "Enter one phone number, such as (212) 555-0142.",
        },
        validators=[validate_phone],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    first_visit = forms.BooleanField(
        label="This is my first visit to the clinic", required=False, initial=False
    )
    note = typed.Lines(
        label="Anything we should know?",
        required=False,
        max_length=1000,
        error_messages={
            "max_length": "Write your note in %(limit_value)d characters or fewer. It has %(show_value)d now."
        },
        help_text="For example, if stairs are hard for you, or which times of day suit you best.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    consent = forms.BooleanField(
        label=consent.text_of(CONSENT_VERSION),
        error_messages={"required": "Agree that we may keep these details, or call us to book instead."},
    )
    website = typed.Line(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    request_key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": "Something was missing from the form. Check your details and send it again.",
            "invalid": "Something was wrong with the form. Check your details and send it again.",
        },
    )

    def __init__(
        self, *args: Any, option: ServiceOption, first_visit: bool | None = None, **kwargs: Any
    ) -> None:
        """`first_visit` is what was answered before, and is then not asked again."""
        super().__init__(*args, **kwargs)
        self.option = option
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        *asked, trap, key = self.fields
        self.helper.layout = Layout(*asked, Div(trap, css_class="field--trap", aria_hidden="true"), key)
        if option.clientele != ServiceOption.Clientele.EVERYONE:
            self.fields["first_visit"].widget = forms.HiddenInput()
            self.initial["first_visit"] = option.clientele == ServiceOption.Clientele.NEW
        elif first_visit is not None:
            self.fields["first_visit"].widget = forms.HiddenInput()
            self.initial["first_visit"] = first_visit

    def clean_first_visit(self) -> bool:
        """What the option says where it is for new or for returning patients only."""
        if self.option.clientele == ServiceOption.Clientele.EVERYONE:
            return bool(self.cleaned_data["first_visit"])
        return self.option.clientele == ServiceOption.Clientele.NEW

    def clean(self) -> None:
        """Give a form without a usable key a new one, so that sending it again works."""
        if "request_key" in self.errors:
            self.data = {
                **{name: self.data.get(name) for name in self.data},
                "request_key": str(uuid.uuid4()),
            }

    def clean_website(self) -> str:
        """Refuse what only a program fills in, in words that help a person whose browser did."""
        if self.cleaned_data["website"]:
            raise ValidationError("Leave the last box empty and send the form again.", code="trap")
        return ""


class SafetyForm(forms.Form):
    """The one question under the safety check's lists."""

    EMERGENCY, CALL, NONE = "emergency", "call", "none"

    answer = forms.ChoiceField(
        label="Which is true for you?",
        choices=[
            (EMERGENCY, "One or more of the emergency signs"),
            (CALL, "One or more of the other signs"),
            (NONE, "None of these"),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose which is true for you.",
            "invalid_choice": "Choose which is true for you.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class SeenForm(forms.Form):
    """Which version of an appointment somebody has seen who decides about it."""

    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            "Something was missing from the form. Look at it again and send it once more.",
        ),
    )


_EMAIL_OR_PHONE = "Enter an email address such as name@example.com, or a phone number such as (212) 555-0142."


class LostLinkForm(forms.Form):
    """Who has lost their link: the reference, however it is typed, and what we can know them by."""

    reference = typed.Line(
        label="Your reference",
        max_length=40,
        help_text="It looks like K7QM-3XWP. It is in every message from us.",
        error_messages={
            "required": "Enter your reference.",
            "max_length": "Enter a reference such as K7QM-3XWP. It has 8 letters and numbers.",
        },
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    contact = typed.Line(
        label="Your email address or phone number",
        max_length=254,
        help_text="The one that you booked with.",
        error_messages={
            "required": "Enter the email address or the phone number that you booked with.",
            "max_length": _EMAIL_OR_PHONE,
        },
        widget=forms.TextInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_reference(self) -> str:
        """The reference as we write it: K7QM-3XWP."""
        if re.match(r"\s*w[\s-]", self.cleaned_data["reference"].lower()):
            raise ValidationError(
                "This is a reference of the waiting list. Its link is in our message about the list. "
                "If you have lost that, call us.",
                code="waiting",
            )
        written = re.sub(r"[\W_]", "", self.cleaned_data["reference"]).upper()
        if len(written) != 8 or not written.isascii():
            raise ValidationError(
                "Enter a reference such as K7QM-3XWP. It has 8 letters and numbers.", code="invalid"
            )
        return f"{written[:4]}-{written[4:]}"

    def clean_contact(self) -> str:
        """An email address or a phone number."""
        contact: str = self.cleaned_data["contact"]
        try:
            (validate_email if "@" in contact else validate_phone)(contact)
        except ValidationError as error:
            raise ValidationError(_EMAIL_OR_PHONE, code="invalid") from error
        return contact


class ComfortForm(forms.ModelForm[ComfortPreferences]):
    """What makes somebody comfortable. Nothing has to be answered."""

    class Meta:
        model = ComfortPreferences
        fields = ("pressure", "avoid", "therapist_gender", "clothing", "chaperone", "quiet")
        labels = {
            "pressure": "How firm should the pressure be?",
            "avoid": "Where should we not touch you?",
            "therapist_gender": "Who would you rather be treated by?",
            "clothing": "What would you like to keep on?",
            "chaperone": "I would like somebody else in the room: a friend, or one of our team",
            "quiet": "I would like a quiet visit with little talk",
        }
        help_texts = {
            "pressure": "You can change your mind at any time during the visit.",
            "avoid": "For example, my feet, or my left shoulder.",
            "therapist_gender": "We try, and we call you if it changes your time.",
            "clothing": "You undress only as far as you like. A sheet covers the rest.",
        }
        field_classes = {"avoid": typed.Line, "clothing": typed.Line}
        error_messages = {
            "pressure": {"invalid_choice": "Choose how firm the pressure should be."},
            "avoid": {"max_length": "Say where not to touch you in %(limit_value)d characters or fewer."},
            "therapist_gender": {"invalid_choice": "Choose who you would rather be treated by."},
            "clothing": {"max_length": "Say what to keep on in %(limit_value)d characters or fewer."},
        }
        widgets = {
            "pressure": forms.RadioSelect,
            "therapist_gender": forms.RadioSelect,
            "avoid": forms.TextInput(attrs={"autocomplete": "off"}),
            "clothing": forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class WindowForm(forms.Form):
    """Which times to list: the query string of the times page and of the API."""

    therapist = forms.SlugField(
        required=False,
        error_messages=dict.fromkeys(
            ("invalid", "null_characters_not_allowed"), "There is no such therapist for this option."
        ),
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=62,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "Write a number of days from 1 to 62."
        ),
    )


# "from" is a Python keyword, so it cannot be declared as an attribute.
WindowForm.base_fields["from"] = forms.DateField(
    required=False,
    input_formats=["%Y-%m-%d"],
    error_messages={"invalid": "Write a date as in 2026-08-06."},
)


class WishesForm(forms.Form):
    """Which times suit: in the person's words, or ticked, or both. The wishes are in `wishes` once it is valid."""

    words = typed.Line(
        label="In your own words",
        required=False,
        max_length=300,
        help_text="For example: Tuesdays after 4, or Thursday morning",
        error_messages={"max_length": "Say it in fewer words, or tick what suits below."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "true"}),
    )
    days = forms.TypedMultipleChoiceField(
        label="Days",
        required=False,
        coerce=int,
        choices=list(enumerate(suiting.NAMES)),
        error_messages={"invalid_choice": "Choose from the days below."},
        widget=forms.CheckboxSelectMultiple,
    )
    parts = forms.MultipleChoiceField(
        label="Parts of the day",
        required=False,
        choices=[
            ("morning", "Morning, before noon"),
            ("afternoon", "Afternoon, noon to 5pm"),
            ("evening", "Evening, from 5pm"),
        ],
        error_messages={"invalid_choice": "Choose from the parts of the day below."},
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wishes: list[suiting.Wish] = []
        self.said = said_times.Reading([], [])
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("words", Fieldset("Or tick what suits", "days", "parts"))

    def clean_words(self) -> str:
        """The words, if all of them are understood."""
        words: str = self.cleaned_data["words"]
        self.said = said_times.read(
            words,
            today=clock.today(),
            month_first=settings.CLINIC["country"] in said_dates.MONTH_FIRST,
        )
        if self.said.unread:
            unread = ", ".join(f"“{shorten(word)}”" for word in self.said.unread[:5])
            raise ValidationError(
                f"We did not understand {unread}. Name days or dates, and hours, as in “Tuesdays after 4”, "
                "“Dec 3 in the morning” or “any day except Fridays”. Or tick what suits below.",
                code="unread",
            )
        return words

    def clean(self) -> None:
        """Add what was ticked; ask for something where nothing was."""
        ticked: list[suiting.Wish] = []
        days, parts = self.cleaned_data.get("days", []), self.cleaned_data.get("parts", [])
        if days or parts:
            chosen = frozenset(days) or suiting.EVERY_DAY
            for start, end in [suiting.PARTS[part] for part in parts] or [(0, suiting.DAY_END)]:
                ticked.append(suiting.Wish(chosen, start, end))
        # "Not Fridays" with mornings ticked is those mornings that are on no Friday.
        said = [] if ticked and self.said.only_refused else self.said.wishes
        self.wishes = [*said, *suiting.without(ticked, self.said.refused)]
        if not self.wishes and not self.errors:
            self.add_error("words", "Write which times suit you, or tick days or parts of the day.")
