"""The color tokens keep their contrast, in the light theme and in the dark one."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"

TEXT, MARK = 4.5, 3.0
PAIRS = [
    *[(fore, back, TEXT) for fore in ("ink", "ink-soft", "link", "link-hover", "danger")
      for back in ("paper", "surface", "sunk")],
    *[("ink", f"{tint}-tint", TEXT) for tint in ("info", "success", "warning", "danger", "accent")],
    ("ink-soft", "info-tint", TEXT),
    *[(word, f"{word}-tint", TEXT) for word in ("info", "success", "warning", "danger")],
    ("on-action", "action", TEXT),
    ("on-action", "action-hover", TEXT),
    ("on-action", "info", TEXT),
    ("on-band", "band", TEXT),
    ("on-band", "band-deep", TEXT),
    ("on-band-soft", "band", TEXT),
    ("on-band-soft", "band-deep", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-hover", TEXT),
    ("on-strong", "danger", TEXT),
    ("on-strong", "warning", TEXT),
    ("paper", "ink", TEXT),
    *[("edge", back, MARK) for back in ("paper", "surface", "sunk")],
    *[("action", back, MARK) for back in ("paper", "surface", "sunk")],
    *[("accent-mark", back, MARK) for back in ("paper", "surface", "sunk")],
    *[("focus", back, MARK) for back in ("paper", "surface", "sunk", "focus-halo")],
    ("accent", "band", MARK),
]  # fmt: skip


def themes() -> dict[str, dict[str, str]]:
    """The tokens that are plain colors, by theme; the dark theme overrides the light one."""
    light, dark = TOKENS.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    named = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});")
    first = dict(named.findall(light))
    return {"light": first, "dark": first | dict(named.findall(dark))}


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2 defines it, for "#rrggbb"."""
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("fore", "back", "least"), PAIRS)
def test_pair_reaches_its_contrast(theme: str, fore: str, back: str, least: float) -> None:
    colors = themes()[theme]
    ratio = contrast(colors[fore], colors[back])
    assert ratio >= least, f"{fore} on {back}, {theme}: {ratio:.2f}"


def test_every_color_has_a_dark_value() -> None:
    light, dark = TOKENS.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    named = re.compile(r"--([a-z-]+):\s*#[0-9a-f]{6};")
    assert set(named.findall(light)) == set(named.findall(dark))


def test_colors_are_named_only_in_the_tokens_and_in_print() -> None:
    for sheet in TOKENS.parent.rglob("*.css"):
        if sheet.name in {"tokens.css", "print.css"}:
            continue
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])", sheet.read_text(encoding="utf-8")), sheet.name
