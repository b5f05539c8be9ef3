"""An open laboratory: its folder and lock, the store, the log, the ports. The window and the command line both work in one."""

from __future__ import annotations

import logging
import tempfile
from datetime import date
from pathlib import Path
from types import TracebackType

from sqlalchemy import make_url

from lims import log
from lims.clock import Clock, system_clock
from lims.db import upgrade
from lims.db.folder import Folder, Lock
from lims.db.store import Kinds, Passwords, Store, open_engine
from lims.errors import Trouble
from lims.services import certificates, founding
from lims.services.instruments import Ports
from lims.services.passwords import Argon2
from lims.views import catalogue, people
from lims.views.catalogue import LimitRow


class Laboratory:
    """Opens on entry, with the lock taken first; closes everything it opened on exit.

    Raises Refusal (somebody else has it open, a network share) and Trouble (unreadable, newer, no room).
    """

    def __init__(self, folder: Folder, database: str = "", clock: Clock = system_clock, passwords: Passwords | None = None) -> None:
        self.folder, self.clock = folder, clock
        self._url = database or folder.url
        self._passwords = passwords or Argon2()
        self._lock = Lock(folder)
        self.store: Store
        self.ports: Ports

    def __enter__(self) -> Laboratory:
        self.folder.make()
        self._lock.__enter__()
        try:
            self._log = log.to_folder(self.folder.logs)
            self.store = Store(self._url, self._passwords, self.clock, self.folder.backups)
            self.ports = Ports(self.store, self.folder.journal, self.folder.profiles, self.clock)
            self.store.on_change.append(self._copy_reports)
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise
        logging.getLogger(__name__).info("opened %s", self.folder.path)
        self._settle()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.ports.close()
        self.store.close()
        log.close(self._log)
        self._lock.__exit__(kind, error, trace)

    @property
    def new(self) -> bool:
        """Whether nobody has an account yet: the first-run page opens."""
        with self.store.work() as work:
            return not people.any_account(work)

    def _settle(self) -> None:
        """Bring the library up to this program's, and mend copies of reports that are missing."""
        if not self.new:
            with self.store.work() as work:
                founding.refresh_library(work)
            self._copy_reports(frozenset({"certificate"}))

    def _copy_reports(self, touched: Kinds) -> None:
        if "certificate" not in touched:
            return
        try:
            with self.store.work() as work:
                certificates.write_copies(work, self.folder.reports)
        except Trouble as trouble:  # the report is safe in the database; the copy is made at the next opening
            logging.getLogger(__name__).warning("%s", trouble.words)


def backup(folder: Folder, target: Path) -> None:
    """Copy the laboratory's database while it may be in use. Raises Refusal and Trouble."""
    folder.existing()
    engine = open_engine(make_url(folder.url))
    try:
        upgrade.copy(engine, target)
    finally:
        engine.dispose()


def library(path: Path, database: str, product: str, item: str, on: date) -> list[LimitRow]:
    """Return the limits of an item in a product: of the laboratory that lives there, else of the shipped library."""
    folder = Folder(path)
    with tempfile.TemporaryDirectory() as empty:
        known = bool(database) or folder.database.exists()
        store = Store(database or (folder.url if known else Folder(Path(empty)).url), Argon2())
        try:
            with store.work() as work:
                if not known:
                    founding.refresh_library(work)
                return catalogue.find_limits(work, product, item, on)
        finally:
            store.close()
