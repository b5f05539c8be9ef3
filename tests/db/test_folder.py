"""A laboratory's folder: where it may lie, what it holds, and one writing program at a time."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lims.db.folder import Folder, Lock, refuse_network
from lims.errors import Refusal, Trouble
from lims.i18n import use

HOLDING = """
import sys, time
from pathlib import Path
from lims.db.folder import Folder, Lock
with Lock(Folder(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(folder: Folder) -> subprocess.Popen[str]:
    """Another program that has the laboratory open."""
    child = subprocess.Popen([sys.executable, "-c", HOLDING, str(folder.path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout and child.stdout.readline() == "held\n"
    yield child
    child.kill()
    child.wait()
    child.stdout.close()


def test_a_second_program_is_refused_and_told_who_holds_it(holder: subprocess.Popen[str], folder: Folder, english: None) -> None:
    with pytest.raises(Refusal) as caught, Lock(folder):
        pytest.fail("two programs write one laboratory")
    assert re.fullmatch(rf"\S+ on {socket.gethostname()} \(process {holder.pid}\) has this laboratory open\. Close it there first\.", caught.value.words)
    use("zh_CN")
    with pytest.raises(Refusal, match=f"进程 {holder.pid}"), Lock(folder):
        pytest.fail("two programs write one laboratory")


def test_within_one_program_too_there_is_one_writer(folder: Folder) -> None:
    with Lock(folder), pytest.raises(Refusal, match=str(os.getpid())), Lock(folder):
        pytest.fail("opened twice")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_killed_program_leaves_no_block(holder: subprocess.Popen[str], folder: Folder) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert str(holder.pid) in folder.lock_file.read_text()
    with Lock(folder):
        assert f'"pid": {os.getpid()}' in folder.lock_file.read_text()


def test_who_closes_it_gives_it_back_also_after_an_error(folder: Folder) -> None:
    with pytest.raises(KeyError), Lock(folder):
        raise KeyError("a bug")
    with Lock(folder):
        pass


def test_a_lock_that_says_nothing_still_holds(folder: Folder, english: None) -> None:
    with Lock(folder):
        os.truncate(folder.lock_file, 0)
        with pytest.raises(Refusal, match=r"^Another program has this laboratory open"), Lock(folder):
            pytest.fail("opened twice")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_does_not_undo_the_lock(folder: Folder) -> None:
    folder.lock_file.symlink_to("/dev/full")
    with Lock(folder), pytest.raises(Refusal), Lock(folder):
        pytest.fail("opened twice")


def test_where_nothing_can_be_written_nothing_can_be_locked(tmp_path: Path, english: None) -> None:
    with pytest.raises(Trouble, match="cannot be written: there is no such file or folder"), Lock(Folder(tmp_path / "none")):
        pytest.fail("locked nothing")


# -- a folder -----------------------------------------------------------------------------------------------------------------


def test_making_it_makes_its_rooms_and_making_it_again_changes_nothing(tmp_path: Path) -> None:
    place = Folder(tmp_path / "新的" / "laboratory 50%?#")
    for _ in range(2):
        place.make()
        assert sorted(path.name for path in place.path.iterdir()) == ["backups", "instruments", "journal", "logs", "reports"]


def test_listening_makes_only_what_it_needs(tmp_path: Path) -> None:
    place = Folder(tmp_path / "laboratory")
    place.make_rooms(place.journal)
    assert [path.name for path in place.path.iterdir()] == ["journal"]


@pytest.mark.parametrize("beside", [None, "lock"])
def test_a_folder_with_nothing_but_a_lock_is_empty(beside: str | None, tmp_path: Path) -> None:
    place = Folder(tmp_path / "laboratory")
    assert place.empty()
    place.path.mkdir()
    if beside:
        (place.path / beside).touch()
    assert place.empty()
    (place.path / ".hidden").touch()
    assert not place.empty()


def test_a_file_is_no_folder(tmp_path: Path, english: None) -> None:
    (tmp_path / "thesis.docx").touch()
    place = Folder(tmp_path / "thesis.docx")
    with pytest.raises(Trouble, match=r"cannot be made: a file stands where a folder is needed\. Choose another one\."):
        place.make()
    with pytest.raises(Trouble, match="cannot be read: a file stands where a folder is needed"):
        place.empty()
    with pytest.raises(Trouble, match="cannot be made: a file stands where a folder is needed"):
        Folder(place.path / "below").make()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights(tmp_path: Path, english: None) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(Trouble, match="cannot be made: no permission"):
        Folder(tmp_path / "closed" / "laboratory").make()


def test_a_name_longer_than_any_file_system_takes(tmp_path: Path, english: None) -> None:
    place = Folder(tmp_path / ("实" * 200))
    for ask in (place.make, place.empty, place.existing):
        with pytest.raises(Trouble, match="the name is too long"):
            ask()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems keep names as text")
def test_a_name_that_is_no_text_is_refused(tmp_path: Path, english: None) -> None:
    place = Folder(tmp_path / b"\xff\xfe".decode("utf-8", "surrogateescape"))
    with pytest.raises(Refusal, match="holds signs that are no text") as caught:
        place.make()
    assert caught.value.words.isascii() and list(tmp_path.iterdir()) == []


def test_where_no_laboratory_lives_there_is_none(folder: Folder, english: None) -> None:
    with pytest.raises(Refusal, match=f"There is no laboratory in {folder.path}"):
        folder.existing()
    folder.database.touch()
    assert folder.existing() is folder and folder.there()


def test_a_home_nobody_has_is_a_folders_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Folder(Path("~nobody-of-this-name/lab")).path == tmp_path / "~nobody-of-this-name" / "lab"
    assert Folder(Path("~/lab")).path == Path.home() / "lab"


def test_the_databases_address_is_its_path_whatever_signs_it_holds(tmp_path: Path) -> None:
    for name in ("a?b", "a#b", "50%20", "实验室"):
        assert Folder(tmp_path / name).url.database == str(tmp_path / name / "laboratory.sqlite3")


# -- a network share ------------------------------------------------------------------------------------------------------------

MOUNTS = r"""
/dev/sda1 / ext4 rw,relatime 0 0
server:/lab /srv/lab nfs4 rw,vers=4.2 0 0
//server/lab /srv/windows cifs rw 0 0
me@server: /srv/ssh fuse.sshfs rw 0 0
tmpfs /srv/lab/here tmpfs rw 0 0
//server/x /srv/two\040words smb3 rw 0 0
server:/x /srv/检验 nfs rw 0 0
host /srv/host 9p rw,trans=virtio 0 0
host /srv/far 9p rw,trans=tcp,version=9p2000.L 0 0
/dev/sdb1 /media/nfs exfat rw 0 0
"""
MAC = """
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
//guan@server/lab on /Volumes/lab (smbfs, nodev, nosuid, mounted by guan)
/dev/disk4s1 on /Volumes/My (old) disk (exfat, local, nodev)
server:/x on /Volumes/nfs (nfs)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows is asked by drive")
@pytest.mark.parametrize(
    ("path", "mounts", "far"),
    [
        ("/home/guan/lab", MOUNTS, False),
        ("/srv/lab", MOUNTS, True),
        ("/srv/lab/deep/er", MOUNTS, True),
        ("/srv/laboratory", MOUNTS, False),
        ("/srv/lab/here/lab", MOUNTS, False),
        ("/srv/windows/lab", MOUNTS, True),
        ("/srv/ssh/lab", MOUNTS, True),
        ("/srv/two words/lab", MOUNTS, True),
        ("/srv/检验/lab", MOUNTS, True),
        ("/srv/host/lab", MOUNTS, False),
        ("/srv/far/lab", MOUNTS, True),
        ("/media/nfs/lab", MOUNTS, False),
        ("/Volumes/lab/x", MAC, True),
        ("/Volumes/nfs", MAC, True),
        ("/Volumes/My (old) disk/x", MAC, False),
        ("/Users/guan", MAC, False),
        ("/anywhere", "", False),
    ],
)
def test_a_network_share_is_refused_and_what_looks_like_one_is_not(path: str, mounts: str, far: bool, english: None) -> None:
    if not far:
        return refuse_network(Path(path), mounts)
    with pytest.raises(Refusal, match=f"^{path} lies on a network share, .* a PostgreSQL server for several workstations"):
        refuse_network(Path(path), mounts)
    return None
