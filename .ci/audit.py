"""Look up the pinned packages' known vulnerabilities: `python audit.py REQUIREMENTS`.

Fails when one is found. Where the advisory service cannot be asked, nothing is known: that is said loudly and
is no failure, because `make check` has to work on a machine without a network too.
"""

import json
import re
import subprocess
import sys

UNREACHABLE = re.compile(r"ConnectionError|Connection|Timeout|ServiceError|ProxyError|SSLError|Max retries")


def main(requirements: str) -> int:
    """Run pip-audit and judge what it says; the exit code."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner=off",
    ]
    print("Asking the advisory service", flush=True)
    done = subprocess.run(  # noqa: S603
        [*command, "--format=json", "-r", requirements],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        if UNREACHABLE.search(done.stderr):
            return warn("the advisory service cannot be reached")
        print(done.stderr, file=sys.stderr)
        return done.returncode or 1
    return judge(packages)


def judge(packages: list[dict[str, object]]) -> int:
    """Name what was found, and what could not be looked up."""
    found = [(package, entry) for package in packages for entry in listed(package)]
    for package, entry in found:
        fixed = ", ".join(entry["fix_versions"]) or "no version"
        print(f"{package['name']} {package['version']}: {entry['id']}, fixed in {fixed}", file=sys.stderr)
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if unknown:
        warn(f"the advisory service does not know {len(unknown)} of {len(packages)} packages")
    if not found and len(unknown) < len(packages):
        print(f"None known in {len(packages) - len(unknown)} packages")
    return 1 if found else 0


def listed(package: dict[str, object]) -> list[dict[str, object]]:
    """The vulnerabilities of one package."""
    entries = package.get("vulns", [])
    assert isinstance(entries, list)
    return entries


def warn(reason: str) -> int:
    """Say that nothing, or not everything, was looked up."""
    line = f"NOT AUDITED: {reason}. Run this again with access to https://pypi.org before a release."
    print("!" * len(line), line, "!" * len(line), sep="\n", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
