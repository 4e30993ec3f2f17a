"""Which files an uploaded picture has, and how each is called. Pure: no database, no storage.

    library/<folder>/master.jpg          what the others are made from; nobody is served it
    library/<folder>/w640.avif           the whole picture, 640 pixels wide
    library/<folder>/card-640-50-40.webp cropped, keeping in sight what lies 50% from the left and 40% from the top

A crop's name tells its focus, so that a browser which keeps files for a month never shows an old crop.
"""

from dataclasses import dataclass

#: Pixels across of the whole picture. A picture that is narrower comes in its own width as well.
WIDTHS = (320, 640, 960, 1280, 1920)
#: What browsers get, best first. Whoever reads neither gets a JPEG, in one size.
FORMATS = ("avif", "webp")
FALLBACK = "jpg"
_WIDEST_FALLBACK = 1280


@dataclass(frozen=True, slots=True)
class Crop:
    """A shape in which pictures are cropped: proportions, and pixels across of its files."""

    across: int
    down: int
    widths: tuple[int, ...]
    formats: tuple[str, ...] = FORMATS

    def height(self, width: int) -> int:
        """Pixels down of the file that is so wide."""
        return round(width * self.down / self.across)


CROPS = {
    "card": Crop(4, 3, (320, 640, 960)),
    "portrait": Crop(4, 5, (320, 640)),
    "wide": Crop(16, 9, (640, 1280)),
    # What social networks show; they read no AVIF.
    "social": Crop(40, 21, (1200,), ()),
}


@dataclass(frozen=True, slots=True)
class Focus:
    """What stays in sight, in percent from the left and from the top."""

    x: int = 50
    y: int = 50


def widths(width: int) -> list[int]:
    """Pixels across of the files of a whole picture that is so wide itself."""
    return sorted({at for at in WIDTHS if at < width} | {min(width, WIDTHS[-1])})


def fallback_width(width: int) -> int:
    """Pixels across of the one JPEG of a whole picture that is so wide itself."""
    return max(at for at in widths(width) if at <= _WIDEST_FALLBACK or at == min(widths(width)))


def whole(width: int, kind: str) -> str:
    """The name of a file that shows all of it."""
    return f"w{width}.{kind}"


def cropped(shape: str, width: int, focus: Focus, kind: str) -> str:
    """The name of a file that shows a crop."""
    return f"{shape}-{width}-{focus.x}-{focus.y}.{kind}"
