"""What a page shows of other rooms of the house: the free times of an option, the figure of a muscle.

The blog knows none of them. A room that has something to show registers it in its `AppConfig.ready`: how to list what
there is, how to look several up at once, and the template that shows one. A block keeps only the key, as text.
What is there no longer shows nothing to the public, and a warning to the editor.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models

FREE_TIMES = "free-times"
MUSCLE = "muscle"


@dataclass(frozen=True, slots=True)
class Embed:
    """A kind of thing that pages can show.

    `choices` lists keys with words for the editor. `load` looks up many keys in a number of queries that does not
    grow with the blocks, and leaves out what is not there. The template finds the thing as `it`, its block as `block`.
    """

    choices: Callable[[], Sequence[tuple[str, str]]]
    load: Callable[[Collection[str]], Mapping[str, Any]]
    template_name: str


_registered: dict[str, Embed] = {}


def register(
    kind: str,
    *,
    choices: Callable[[], Sequence[tuple[str, str]]],
    load: Callable[[Collection[str]], Mapping[str, Any]],
    template_name: str,
) -> None:
    """Say how a kind of thing is chosen, looked up and shown; the last one counts."""
    _registered[kind] = Embed(choices=choices, load=load, template_name=template_name)


def template_name(kind: str) -> str:
    """The template that shows one thing of the kind; "" where nobody has registered it."""
    found = _registered.get(kind)
    return found.template_name if found else ""


def choices(kind: str) -> list[tuple[str, str]]:
    """What the editor may choose; nothing where nobody has registered the kind."""
    found = _registered.get(kind)
    return list(found.choices()) if found else []


def load(kind: str, keys: Collection[str]) -> Mapping[str, Any]:
    """The things of these keys that are there; nothing is asked for no keys."""
    found = _registered.get(kind)
    return found.load(keys) if found and keys else {}


def load_all(blocks: Iterable[Any]) -> None:
    """Give each block that embeds something what it shows as `embedded`, or None: one look-up for each kind."""
    by_kind: dict[str, list[Any]] = {}
    for block in blocks:
        if kind := getattr(block, "embed_kind", ""):
            by_kind.setdefault(kind, []).append(block)
    for kind, found in by_kind.items():
        things = load(kind, {block.key for block in found})
        for block in found:
            block.embedded = things.get(block.key)


class _ChoiceOrGone(forms.ChoiceField):
    """A choice of what is there. What was chosen once and is gone stays, so that the page can still be saved."""

    def valid_value(self, value: Any) -> bool:
        """Whatever may stand in an address: what names nothing shows nothing."""
        return True

    def validate(self, value: Any) -> None:
        """Only emptiness is refused here, and what is no key at all by the model's field."""
        forms.Field.validate(self, value)


class _SelectOrGone(forms.Select):
    """Shows what was chosen even when it is gone, and says so."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        """The choices, and one more for a value that is none of them."""
        offered = self.choices
        known = list(offered)
        keys = {str(key) for key, _words in known}
        gone = [(one, f"{one} (no longer there)") for one in value if one and one not in keys]
        self.choices = [*known, *gone]
        try:
            return super().optgroups(name, value, attrs)
        finally:
            self.choices = offered


class EmbedField(models.SlugField[str, str]):
    """The key of something that a page shows, chosen from what is there."""

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **{"max_length": 200, "db_index": False, **kwargs})

    def deconstruct(self) -> Any:
        """As the slug that it is in the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.SlugField", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        """A list to choose from."""
        return _ChoiceOrGone(
            choices=lambda: [("", "Choose…"), *choices(self.kind)],
            widget=_SelectOrGone,
            required=not self.blank,
            label=kwargs.get("label") or self.verbose_name,
            help_text=kwargs.get("help_text") or self.help_text,
        )
