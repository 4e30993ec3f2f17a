"""Sources in a form: a row of boxes for each, three empty ones behind them, in an order that works without scripts."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms

from blog import sources

_MORE = 3  # empty rows
_BOXES = ("title", "publisher", "year", "url")


class SourcesWidget(forms.Widget):
    """A table. What is typed comes back as a list of entries; a row that is empty is none."""

    template_name = "admin/blog/sources.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The rows of the table, numbered, with three empty ones."""
        context = super().get_context(name, value, attrs)
        entries = value if isinstance(value, list) else json.loads(value or "[]")
        rows = [entry if isinstance(entry, dict) else {"title": str(entry)} for entry in entries]
        shown = [*rows, *({} for _ in range(_MORE))]
        context["rows"] = [
            {"number": number, "filled": number <= len(rows), **{box: row.get(box) or "" for box in _BOXES}}
            for number, row in enumerate(shown, start=1)
        ]
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, str]]:
        """The rows that hold something, by the numbers that were typed for them."""
        found = []
        for place in range(1, sources.MOST + _MORE + 1):
            row = {box: str(data.get(f"{name}-{place}-{box}", "")).strip() for box in _BOXES}
            if any(row.values()):
                found.append((_place(data.get(f"{name}-{place}-number"), place), place, row))
        return [row for _, _, row in sorted(found, key=lambda item: item[:2])]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Whether the form that was sent knew nothing of sources."""
        return f"{name}-1-title" not in data


def _place(typed: Any, place: int) -> float:
    try:
        return float(str(typed).strip().replace(",", "."))
    except ValueError:
        return float(place)


class SourcesField(forms.Field):
    """An ordered list of sources, as `PublishedPage.sources` keeps them."""

    widget = SourcesWidget

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        """The entries, checked."""
        return sources.as_stored(sources.read(value or []))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the list is not the one that is stored."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True
