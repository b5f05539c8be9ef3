"""Programs that run until a disk is full: started by test_full_disk in processes of their own, which alone are limited."""

from __future__ import annotations

import json
import queue
import resource
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from drivers.core.profile import shelf
from drivers.journal import entries
from drivers.port import Port, PortState, State
from drivers.transport import MemoryTransport
from lims import i18n
from lims.cli import said
from lims.db.folder import Folder
from lims.demo import ASKED, PLACED
from lims.domain.thing import Thing
from lims.laboratory import Laboratory
from lims.rules.rights import Role
from lims.services import founding, people, placements, samples
from lims.services.founding import FoundingDraft
from lims.services.people import AccountDraft
from lims.services.profiles import SHIPPED
from lims.services.samples import SampleDraft
from tests.db.conftest import CHEAP
from tests.services.small import library

ENOUGH = 50_000_000
PAGE = 4096
FORM = {
    "test_kind": "Supervisory sampling",
    "client": "示范区市场监督管理局",
    "business_name": "桃山粮库",
    "sample_name": "玉米",
    "sample_amount": "4 kg",
    "sampling_body": "检验所",
    "samplers": "吴涛、郑洁",
    "sampled_on": "2026-02-07",
}
ENQ, ACK = b"\x05", b"\x06"
H, L = b"\x021H|\\^&\r\x03E5\r\n", b"\x022L|1|N\r\x0305\r\n"


def begun(folder: Path) -> Laboratory:
    laboratory = Laboratory(Folder(folder), clock=lambda: datetime(2026, 2, 8, 6, 44, tzinfo=UTC), passwords=CHEAP)
    laboratory.__enter__()
    if laboratory.new:
        with laboratory.store.work() as work:
            keeper = founding.found(work, FoundingDraft("检验所", "青春路 1 号", "guan", "钱程", "own-2026", "own-2026"), library())
            for login, name, role in (("shou", "周敏", Role.RECEPTIONIST), ("ji", "孙浩", Role.TECHNICAL)):
                people.create(work, AccountDraft(login, name, frozenset({role}), "first-2026"), by=keeper)
                people.change_password(work, "first-2026", "own-2026", by=people.sign_in(work, login, "first-2026").actor)
            for product, classification, headings in PLACED:
                placements.place(work, product, classification, headings, by=people.sign_in(work, "ji", "own-2026").actor)
    return laboratory


def register(laboratory: Laboratory, form: str) -> Callable[[], None]:
    def job() -> None:
        with laboratory.store.work() as work:
            by = people.sign_in(work, "shou", "own-2026").actor
            samples.register(work, SampleDraft("maize", FORM | {"form_number": form}, ASKED["maize"]), by=by)

    return job


def rows(laboratory: Laboratory) -> dict[str, int]:
    with laboratory.store.work() as work:
        return {table.name: work.scalar(select(func.count()).select_from(table)) or 0 for table in Thing.metadata.sorted_tables}


def largest_file(laboratory: Laboratory, more: int) -> Callable[[], None]:
    """Let no file grow by more than so many pages, as a quota or a full disk would."""
    wal = laboratory.folder.path / "laboratory.sqlite3-wal"
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + more * PAGE, ENOUGH))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ENOUGH, ENOUGH))


def page_count(laboratory: Laboratory, more: int) -> Callable[[], None]:
    """Let the database have no more than so many pages more."""

    def limit(pages: int) -> Callable[[Any, Any], None]:
        return lambda connection, _record: connection.execute(f"PRAGMA max_page_count={pages}")

    with laboratory.store.work() as work:
        pages = work.connection().exec_driver_sql("PRAGMA page_count").scalar() or 0
    event.listen(laboratory.store.engine, "connect", limit(pages + more))
    laboratory.store.engine.dispose()

    def lift() -> None:
        event.listen(laboratory.store.engine, "connect", limit(1_000_000))
        laboratory.store.engine.dispose()

    return lift


def fill(folder: Path, how: str) -> int:
    """Register samples with ever more room until there is none; print after each refusal what it was and whether all was as before."""
    laboratory = begun(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ENOUGH, ENOUGH))
    limit, tries = {"largest": (largest_file, 24), "pages": (page_count, 6)}[how]
    for more in range(tries):
        lift = limit(laboratory, more)
        for turn in range(100):
            before = rows(laboratory)
            if code := said(register(laboratory, f"form-{more}-{turn}")):
                break
        lift()
        print(json.dumps({"code": code, "registered": turn, "same": rows(laboratory) == before}), flush=True)
    code = said(register(laboratory, "with room again"))
    laboratory.__exit__(None, None, None)
    return code


def listen(folder: Path) -> int:
    """Hear an instrument while the disk is full and after; print what it was answered and what stands in the journal."""
    states: queue.Queue[PortState] = queue.Queue()
    wire, path = MemoryTransport(), folder / "journal.sqlite3"
    profile = shelf([SHIPPED]).profiles["mycotoxin-reader-lis"]
    port = Port(profile, "memory", path, lambda: datetime.now(UTC), print, states.put, opener=lambda _address, _line: wire, backoff=(0.05,))
    port.start()
    wire.inbox.put(ENQ)
    answers = [wire.outbox.get(timeout=5)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.with_name("journal.sqlite3-wal").stat().st_size, ENOUGH))
    wire.inbox.put(H)
    while (state := states.get(timeout=5)).state is not State.LOST:
        pass
    full = {"code": state.trouble.code if state.trouble else "", "answered": not wire.outbox.empty(), "journal": received(path)}
    resource.setrlimit(resource.RLIMIT_FSIZE, (ENOUGH, ENOUGH))
    while states.get(timeout=5).state is not State.LIVE:
        pass
    wire.inbox.put(ENQ)
    answers.append(wire.outbox.get(timeout=5))
    port.stop()
    print(json.dumps({"full": full, "answers": [answer.hex() for answer in answers], "journal": received(path)}))
    return 0


def received(path: Path) -> str:
    return b"".join(entry.data for entry in entries(path) if entry.direction == "rx").hex()


if __name__ == "__main__":
    i18n.use("en")
    work, place = sys.argv[1], Path(sys.argv[2])
    sys.exit(listen(place) if work == "listen" else fill(place, work))
