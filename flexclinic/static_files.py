"""Static files as production serves them: hashed, compressed, and the site's stylesheets as one.

The stylesheets are written one a component. A first visit on a phone would wait for two dozen answers, so collecting
them also writes `css/site.css`, all of them in their order. In development and in tests each is its own link.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLE = "css/site.css"

#: What every page has, in the order of the cascade. A relative address in one of them is read from css/.
SITE_STYLES = (
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    *(
        f"css/components/{name}.css"
        for name in (
            "site-header",
            "site-footer",
            "button",
            "card",
            "price",
            "notice",
            "care-card",
            "do-dont",
            "question",
            "evidence",
            "picture",
            "video",
            "summary-list",
            "swap",
            "error-summary",
            "form",
            "tiles",
            "days",
            "free-times",
            "wayfinding",
            "prose",
            "tag",
            "key-facts",
            "hero",
            "call-band",
            "confirmation",
            "address",
        )
    ),
)


class BundlingStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Writes the bundle with what is collected, before everything gets its hash."""

    bundles = True

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str, bool]]:
        """As its parent, with the bundle among the files."""
        if not dry_run and all(name in paths for name in SITE_STYLES):
            text = "\n".join(self._collected(name) for name in SITE_STYLES)
            self.delete(BUNDLE)
            self._save(BUNDLE, ContentFile(text.encode()))
            paths[BUNDLE] = (self, BUNDLE)
        yield from super().post_process(paths, dry_run, **options)

    def _collected(self, name: str) -> str:
        with self.open(name) as file:
            return bytes(file.read()).decode()


def site_stylesheets() -> tuple[str, ...]:
    """The names of the stylesheets that a page links to. With DEBUG nothing is collected, so there is no bundle."""
    bundled = getattr(staticfiles_storage, "bundles", False) and not settings.DEBUG
    return (BUNDLE,) if bundled else SITE_STYLES
