"""An open laboratory: its folder and lock, the store, the log, the ports. The window and the command line both work in one."""

from __future__ import annotations

import logging
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from lims import log
from lims.clock import Clock, system_clock
from lims.db import upgrade
from lims.db.engine import open_engine, told
from lims.db.folder import Folder, Lock
from lims.db.store import Kinds, Passwords, Store, reading
from lims.errors import Refusal, Trouble
from lims.i18n import _, why
from lims.services import certificates, founding
from lims.services.passwords import Argon2
from lims.services.ports import Ports
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
        with ExitStack() as opened:
            opened.enter_context(self._lock)
            opened.callback(log.close, log.to_folder(self.folder.logs))
            self.store = Store(self._url, self._passwords, self.clock, self.folder.backups)
            opened.callback(self.store.close)
            self.ports = Ports(self.store, self.folder.journal, self.folder.profiles, self.clock)
            opened.callback(self.ports.close)
            self.store.on_change.append(self._copy_reports)
            logging.getLogger(__name__).info("opened %s", self.folder.path)
            self._settle()
            self._opened = opened.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._opened.__exit__(kind, error, trace)

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
    """Copy the laboratory's database while it may be in use. An existing file is never written over. Raises Refusal and Trouble."""
    folder.existing()
    engine = open_engine(folder.url, reading=True)
    try:
        if target.is_dir():
            raise Refusal(_("{file} is a folder. Name the file the backup goes into.").format(file=target))
        if target.exists():
            raise Refusal(_("{file} exists already and is not written over. Name a new file.").format(file=target))
        with told(engine.url), engine.connect() as connection:
            connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        upgrade.copy(engine, target)
    except OSError as error:
        raise Trouble(_("The backup {file} could not be written: {why}. Choose another place and try again.").format(file=target, why=why(error))) from None
    finally:
        engine.dispose()


def library(folder: Folder, database: str, product: str, item: str, on: date) -> list[LimitRow]:
    """Return the limits of an item in a product: of the laboratory that lives there, else of the shipped library. Only reads."""
    if database or folder.there():
        with reading(database or folder.url) as session:
            return catalogue.find_limits(session, product, item, on)
    with TemporaryDirectory() as empty, closing(Store(Folder(Path(empty)).url, Argon2())) as store, store.work() as work:
        founding.refresh_library(work)
        return catalogue.find_limits(work, product, item, on)
