"""The program on the desk: opens the laboratory off the screen's thread, then first-run page, sign-in, window."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, Qt, QTimer, QTranslator, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from lims import i18n
from lims.errors import Refusal, Trouble
from lims.i18n import N_, _
from lims.machine import Machine
from lims.rules.rights import Actor
from ui.kit.command import Button, Command
from ui.kit.crash import Watch
from ui.kit.desk import Desk
from ui.kit.empty import Picture
from ui.kit.label import Label, ground
from ui.kit.scan import Scanner
from ui.theme import theme


def run(folder: Path, database: str, *, demonstration: bool = False, fresh: bool = False) -> int:
    """Open the window on the laboratory in *folder* and stay until it is closed; *fresh* makes a demonstration anew. Returns the exit code."""
    _input_method()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Shiyan")
    machine = Machine()
    if "LIMS_LANGUAGE" not in os.environ and i18n.language() == i18n.DEFAULT_LANGUAGE and (kept := machine.get("language")) in i18n.LANGUAGES:
        i18n.use(kept)
    _qt_words(app)
    theme.start(app, machine.get("look", default="system"))
    watch = Watch(app)
    watch.install()
    program = Program(folder, database, machine, watch, demonstration=demonstration, fresh=fresh)
    program.show()
    try:
        return app.exec()
    finally:
        program.close_laboratory()


LATEST = 1000
"""Milliseconds after which the laboratory is opened even if nothing was painted: a window may start minimised."""


class Program(QWidget):
    """One window whose content changes: opening, first run, sign in, at work."""

    opened = Signal(object)
    failed = Signal(object)
    read = Signal(str)
    """A scanner at a port read a code; emitted on the port's thread."""

    def __init__(self, folder: Path, database: str, machine: Machine, watch: Watch, *, demonstration: bool = False, fresh: bool = False) -> None:
        super().__init__()
        self.folder, self._database, self._machine, self._watch = folder, database, machine, watch
        self._demonstration, self._fresh = demonstration, fresh
        self.laboratory: Any = None
        self.desk: Desk | None = None
        self._held = ExitStack()
        self._facts: dict[str, str] = {}
        self.stack = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self.setMinimumSize(theme.size("window_width"), theme.size("window_height"))
        self.resize(1440, 900)
        self.setWindowTitle(_("Shiyan"))
        ground(self, "window")
        self.scanner = Scanner(self)
        QApplication.instance().installEventFilter(self.scanner)
        self.scanner.scanned.connect(self._scanned)
        self.read.connect(self._scanned, Qt.ConnectionType.QueuedConnection)
        self.opened.connect(self._opened)
        self.failed.connect(self._failed)
        self._waiting = True
        page = _Opening(_("Opening the laboratory …"))
        page.painted.connect(self._begin_once, Qt.ConnectionType.QueuedConnection)  # the first frame stands before anything heavy is imported
        QTimer.singleShot(LATEST, self._begin_once)
        self._show(page)

    # -- opening ---------------------------------------------------------------------------------------------------------

    def _begin_once(self) -> None:
        if self._waiting:
            self._waiting = False
            self._begin()

    def _begin(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._opener = ThreadPoolExecutor(1, "opener")
        future = self._opener.submit(self._open)
        future.add_done_callback(lambda done: self.failed.emit(done.exception()) if done.exception() else self.opened.emit(done.result()))

    def _open(self) -> Any:
        """Open the laboratory, and a demonstration up to its readings in the inbox; on the opener's thread."""
        from lims import demo
        from lims.db.folder import Folder
        from lims.laboratory import Laboratory
        from lims.views import settings

        if self._demonstration:
            demo.folder(self.folder, fresh=self._fresh)
            self._fresh = False  # made anew once, however often somebody tries again
        laboratory = self._held.enter_context(Laboratory(Folder(self.folder), self._database))
        if self._demonstration:
            self._held.enter_context(demo.prepared(laboratory))
        with laboratory.store.work() as work:
            self._facts = settings.values(work)
        return laboratory

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, Refusal | Trouble):
            self._show(_Opening(error.words, again=self._begin_again))
        else:
            self._watch.report(error)
            self._show(_Opening(_("The laboratory could not be opened. Copy the report for your administrator."), again=self._begin_again))

    def _begin_again(self) -> None:
        self._held.close()
        self._show(_Opening(_("Opening the laboratory …")))
        self._begin()

    def _opened(self, laboratory: Any) -> None:
        from ui.screens import moments

        self.laboratory = laboratory
        self.desk = Desk(laboratory.store, self)
        self.desk.crashed.connect(self._watch.report)
        bell = _Bell(self.desk, laboratory.ports, self)
        bell.troubled.connect(self._alarm)
        laboratory.ports.on_arrival.append(bell.ring)
        laboratory.ports.on_scan.append(self.read.emit)
        moments.use(self._facts["time_zone"])
        if laboratory.new:
            self._first_run()
        else:
            self._sign_in()

    # -- pages -------------------------------------------------------------------------------------------------------------

    def _first_run(self) -> None:
        from ui.screens.founding import Founding

        page = Founding(self.desk)
        page.founded.connect(lambda _actor: self._read_facts(self._sign_in))
        page.spoken.connect(self._speak(self._first_run))
        self._show(page)
        page.begin()

    def _sign_in(self) -> None:
        from ui.screens.entry import Entry

        page = Entry(self.desk, self._facts.get("laboratory_name", ""), demonstration=self._accounts())
        page.entered.connect(self._work)
        page.spoken.connect(self._speak(self._sign_in))
        self._show(page)
        page.begin()

    def _work(self, person: Actor) -> None:
        from lims.views import finding, today
        from ui.screens.people import change_password
        from ui.window import Window

        assert self.desk is not None
        window = Window(
            self.desk,
            person,
            laboratory=self._facts.get("laboratory_name", ""),
            database=_("this computer") if not self._database else _("server"),
            demonstration=bool(self._facts.get("demonstration")),
            counts=today.counts,
            find=finding.find,
            personal=(Command("person.password", N_("Change my password"), lambda: change_password(window, self.desk, person), icon="key-round", side="menu"),),
            memory=_Memory(self._machine, person.login),
        )
        window.laboratory = self.laboratory  # type: ignore[attr-defined]
        window.left.connect(self._sign_in)
        window.spoken.connect(lambda language: self._machine.put("language", value=language))
        window.dressed.connect(lambda look: self._machine.put("look", value=look))
        self._show(window)
        window.open("today")

    # -- small things --------------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the window say first whether there is work that would be lost."""
        page = self.stack.currentWidget()
        if page is None or page.close():
            super().closeEvent(event)
        else:
            event.ignore()

    def _scanned(self, code: str) -> None:
        page = self.stack.currentWidget()
        if hasattr(page, "scanned") and QApplication.activeModalWidget() is None:
            page.scanned(code)

    def _alarm(self, code: str, words: str) -> None:
        """Say in the window that a port is in trouble; the person goes there with one key, or puts the message away."""
        window = self.stack.currentWidget()
        if hasattr(window, "message"):
            window.message("warn", f"{code}: {words}", label=_("Open"), run=lambda: window.open("instruments", code))

    def close_laboratory(self) -> None:
        """Finish what was begun, close ports and store, give the lock back; nothing is scanned any more."""
        QApplication.instance().removeEventFilter(self.scanner)
        if self.desk:
            self.desk.close()
        self._held.close()

    def _show(self, page: QWidget) -> None:
        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
        while self.stack.count() > 1:
            old = self.stack.widget(0)
            self.stack.removeWidget(old)
            old.deleteLater()
        page.setFocus()

    def _accounts(self) -> list[tuple[str, str, str]]:
        if not self._facts.get("demonstration"):
            return []
        from lims import demo
        from lims.rules.rights import ROLES, Role

        rows = [(login, _(ROLES[role][0]), demo.PASSWORD) for login, _name, role in demo.ACCOUNTS]
        return [*rows, (demo.ADMINISTRATOR[0], _(ROLES[Role.ADMINISTRATOR][0]), demo.PASSWORD)]

    def _read_facts(self, then: Callable[[], None]) -> None:
        from lims.views import settings

        assert self.desk is not None

        def keep(values: dict[str, str]) -> None:
            self._facts = values
            then()

        self.desk.ask(settings.values, then=keep)

    def _speak(self, again: Callable[[], None]) -> Callable[[str], None]:
        def change(language: str) -> None:
            i18n.use(language)
            theme.dress()
            self._machine.put("language", value=language)
            again()

        return change


class _Opening(QWidget):
    """The page before there is a laboratory: what is being done, or why it cannot be and a way to try again."""

    painted = Signal()

    def __init__(self, words: str, again: Callable[[], None] | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.setSpacing(12)
        column.addWidget(Picture("mark", "accent", 56), 0, Qt.AlignmentFlag.AlignHCenter)
        label = Label(words, "section", wrap=True)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(label)
        if again:
            button = Button(_("Try again"), "primary", "Return", size="control")
            button.clicked.connect(again)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted.emit()


class _Bell(QObject):
    """Rings on a port's thread; the inbox is emptied away from the screen, and a port in trouble is told in whatever place is open."""

    rung = Signal()
    troubled = Signal(str, str)
    """Code of the instrument, and what is wrong."""

    def __init__(self, desk: Desk, ports: Any, parent: QObject) -> None:
        super().__init__(parent)
        self._ports = ports
        self._told: dict[str, str] = {}
        self.rung.connect(lambda: desk.run(ports.collect))
        self.rung.connect(self._look)

    def ring(self) -> None:
        """Say that something came in; callable from any thread."""
        self.rung.emit()

    def _look(self) -> None:
        """Tell every trouble once, until it is over."""
        now = {port.code: port.trouble for port in self._ports.rows() if port.trouble}
        for code, words in now.items():
            if self._told.get(code) != words:
                self.troubled.emit(code, words)
        self._told = now


class _Memory(dict[str, str]):
    """What this person set for the window, kept on this workstation."""

    def __init__(self, machine: Machine, login: str) -> None:
        super().__init__()
        self._machine, self._login = machine, login

    def get(self, name: str, default: Any = None) -> Any:
        return self._machine.get("window", self._login, name) or default

    def __setitem__(self, name: str, value: str) -> None:
        self._machine.put("window", self._login, name, value=value)


def _input_method() -> None:
    """fcitx5 speaks ibus, and the wheel brings no fcitx: a Chinese input method works all the same."""
    said = os.environ.get("QT_IM_MODULE", "") + os.environ.get("XMODIFIERS", "")
    if "fcitx" in said:
        os.environ["QT_IM_MODULE"] = "ibus"


def _qt_words(app: QApplication) -> None:
    translator = QTranslator(app)
    if i18n.language() == "zh_CN" and translator.load(QLocale("zh_CN"), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
