"""A media folder of each test's own."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def media_folder(settings: Settings, tmp_path: Path) -> Path:
    """Where uploads go; empty at first."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"
