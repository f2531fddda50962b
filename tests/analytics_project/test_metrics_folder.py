"""A web server's counts are in a folder of its own, which nobody else removes."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from analytics_project.metrics_folder import PREFIX, own_folder

KEEPS_IT = "import os, sys; os.read(0, 1)"  # as a server would, after exec


def test_what_ended_servers_left_is_removed_and_what_is_not_ours_stays(
    tmp_path: Path,
) -> None:
    left = tmp_path / f"{PREFIX}left"
    left.mkdir()
    (left / "histogram_1.db").touch()
    (tmp_path / "others").mkdir()

    made = own_folder(tmp_path)

    assert {each.name for each in tmp_path.iterdir()} == {made.name, "others"}
    assert made.stat().st_mode & 0o777 == 0o700


def test_a_folder_is_kept_while_its_server_runs_and_no_longer(tmp_path: Path) -> None:
    held = tmp_path / f"{PREFIX}held"
    held.mkdir()
    lock = os.open(held, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with subprocess.Popen(
        [sys.executable, "-c", KEEPS_IT], stdin=subprocess.PIPE, pass_fds=[lock]
    ) as server:
        os.close(lock)
        own_folder(tmp_path)
        assert held.exists()
        server.communicate(b".")

    own_folder(tmp_path)

    assert not held.exists()


def test_the_lock_outlives_exec(tmp_path: Path) -> None:
    made = own_folder(tmp_path)

    [held] = [fd for fd in Path("/proc/self/fd").iterdir() if fd.resolve() == made]
    assert os.get_inheritable(int(held.name))
