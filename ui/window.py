"""The window: navigation, top bar, message strip, the screen in front, status bar; it puts kinds of error into sight.

    window = Window(desk, person, laboratory="...", database="...", demonstration=True, counts=today.counts, find=search.find)
    window.open("today"); window.show()

*person* has name and rights. *counts* is ``job(work) -> {name: number}`` for the navigation; *find* is ``job(work, text, by=person)`` ->
hits with place, key, title, note. `left` asks to change the person, `spoken` and `dressed` carry the chosen language and look for keeping.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, MutableMapping, Sequence
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from lims import i18n
from lims.clock import system_clock
from lims.i18n import N_, _
from ui.commands import program_commands
from ui.kit import command
from ui.kit.command import Command, Commands
from ui.kit.desk import Desk
from ui.kit.label import Rule, ground
from ui.kit.message import Message, Strip, Toast
from ui.kit.palette import Entry, Palette
from ui.kit.screen import Screen
from ui.kit.table import Table
from ui.navigation import PLACES, Place
from ui.screens.moments import clock_time
from ui.shell import Band, Navigation, Status, Top
from ui.theme import theme


class Worker(Protocol):
    """Who sits at the desk."""

    @property
    def name(self) -> str: ...
    @property
    def rights(self) -> frozenset[Any]: ...


class Hit(Protocol):
    """Something the store has found: the place that shows it, its key there, and what it is."""

    @property
    def place(self) -> str: ...
    @property
    def key(self) -> Hashable: ...
    @property
    def title(self) -> str: ...
    @property
    def note(self) -> str: ...


class Window(QWidget):
    """One window for one person; another language or person is another build of it."""

    left = Signal()
    spoken = Signal(str)
    dressed = Signal(str)
    moved = Signal(str)
    """Name of the place that came to the front."""

    def __init__(
        self,
        desk: Desk,
        person: Worker,
        *,
        laboratory: str = "",
        database: str = "",
        demonstration: bool = False,
        counts: Callable[..., dict[str, int]] | None = None,
        find: Callable[..., Sequence[Hit]] | None = None,
        personal: Sequence[Command] = (),
        memory: MutableMapping[str, str] | None = None,
        places: Sequence[Place] = PLACES,
    ) -> None:
        super().__init__()
        self.desk, self.person = desk, person
        self.rights = frozenset(str(right) for right in person.rights)
        self._by_name = {place.name: place for place in places}
        self.places = tuple(place for place in places if place.used_by(self.rights))
        self._laboratory, self._database, self._demonstration = laboratory, database, demonstration
        self._counts, self._find, self._personal = counts, find, tuple(personal)
        self._memory: MutableMapping[str, str] = {} if memory is None else memory
        self._past: list[tuple[str, Hashable | None]] = []
        self._at = -1
        self.setMinimumSize(theme.size("window_width"), theme.size("window_height"))
        self.resize(1440, 900)
        self.setWindowIcon(QIcon(theme.pixmap("mark", "accent", 64)))
        ground(self, "surface")
        self._whole = QHBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(0)
        self._build()
        self._listen()

    # -- what screens ask for (kit.screen.Shell)

    def message(self, kind: str, title: str, note: str = "", label: str = "", run: Callable[[], Any] | None = None) -> None:
        """Say something that stays until it is dealt with: bad, warn or say."""
        self.strip.put(Message(kind, title, note, label, run))

    def toast(self, words: str, label: str = "", run: Callable[[], Any] | None = None) -> None:
        """Say that something is done; it goes by itself."""
        self._toast.put(words, label, run)

    def status(self, words: str, warning: bool = False) -> None:
        """Write into the status bar."""
        self._status.say(words, warning)

    def open(self, place: str, key: Hashable | None = None) -> None:
        """Go to a place, and there to one thing; a place the person does not use is said, not opened."""
        if place not in {known.name for known in self.places}:
            self.message("warn", _("Your rights do not use “{place}”.").format(place=_(self._by_name[place].title)))
            return
        del self._past[self._at + 1 :]
        if not self._past or self._past[-1] != (place, key):
            self._past.append((place, key))
        self._at = len(self._past) - 1
        self._show(place, key)

    @property
    def screen_in_front(self) -> Screen | None:
        """The screen one sees."""
        widget = self._stack.currentWidget()
        return widget if isinstance(widget, Screen) else None

    def screen_of(self, place: str) -> Screen:
        """Return the screen of a place, made when it is first asked for."""
        if place not in self._screens:
            made = self._by_name[place].load()(self.desk, self.person, self)
            made.noted.connect(self._noted)
            self._screens[place] = made
            self._stack.addWidget(made)
            self._float(made)
        return self._screens[place]

    def unfinished(self) -> str | None:
        """Say what would be lost if the screens were made anew or thrown away, or None."""
        return next((words for screen in self._screens.values() if (words := screen.unfinished())), None)

    # -- the program's commands

    def show_palette(self) -> None:
        """Open the palette with everything that can be done and gone to from here."""
        self.palette_.open(self._entries())

    def back(self) -> None:
        """Go where one was before."""
        self._step(-1)

    def forward(self) -> None:
        """Go on again."""
        self._step(1)

    def no_way(self, way: int) -> str | None:
        """Say why there is nothing before or after, or None."""
        return None if 0 <= self._at + way < len(self._past) else _("There is nowhere to go in that direction.")

    def no_panel(self) -> str | None:
        """Say why no panel can be shown, or None."""
        front = self.screen_in_front
        return None if front and front.panel else _("This place has no panel.")

    def next_area(self, way: int = 1) -> None:
        """Go on to the next part of the window: navigation, list, content, panel."""
        front = self.screen_in_front
        areas: list[QWidget] = [self.navigation, *(front.areas() if front else ())]
        here = self.focusWidget()
        at = next((place for place, area in enumerate(areas) if (here is not None and area.isAncestorOf(here)) or area is here), 0)
        for step in range(1, len(areas)):
            if enter(areas[(at + way * step) % len(areas)]):
                return

    def toggle_panel(self) -> None:
        """Show or hide the right panel."""
        front = self.screen_in_front
        if front and front.panel:
            front.show_panel(front.panel.isHidden())

    def toggle_rail(self) -> None:
        """Make the navigation narrow or wide, and remember it for this place."""
        rail = not self.navigation.rail
        self.navigation.narrow(rail)
        if self._at >= 0:
            self._memory[f"rail.{self._past[self._at][0]}"] = "yes" if rail else "no"

    def toggle_roomy(self) -> None:
        """Give rows more air, or less."""
        theme.roomy = not theme.roomy
        theme.dress()

    def why(self) -> None:
        """Explain what the cursor is on."""
        if front := self.screen_in_front:
            front.why()

    def read_again(self) -> None:
        """Fill the screen in front again."""
        if front := self.screen_in_front:
            front.refill()
        self._ask_counts()

    def look(self, name: str) -> None:
        """Change the look."""
        theme.use(name)
        self.dressed.emit(name)

    def leave(self, anyway: bool = False) -> None:
        """Ask for another person; work that would be lost is said first."""
        if not anyway and (words := self.unfinished()):
            self.message("warn", words, "", _("Leave anyway"), lambda: self.leave(anyway=True))
        else:
            self.left.emit()

    def speak(self, language: str, anyway: bool = False) -> None:
        """Change the language: everything is made anew, where one is stays; work that would be lost is said first."""
        if language == i18n.language():
            return
        if not anyway and (words := self.unfinished()):
            self.message("warn", words, "", _("Change the language anyway"), lambda: self.speak(language, anyway=True))
            return
        here = self._past[self._at] if self._at >= 0 else None
        i18n.use(language)
        theme.dress()
        self._build()
        if here:
            self._show(*here)
        self.spoken.emit(language)

    def scanned(self, code: str) -> None:
        """Take a scanned code: the screen in front first, then whatever has this number. Connect the application's Scanner here."""
        if QApplication.activeModalWidget() is not None:
            return
        front = self.screen_in_front
        if front and front.scanned(code):
            return
        if self._find:
            self.desk.ask(self._find, code, by=self.person, then=lambda hits: self._scan_found(code, hits))
        else:
            self._unknown(code)

    # -- building

    def _build(self) -> None:
        while self._whole.count():
            if widget := self._whole.takeAt(0).widget():
                widget.hide()
                widget.deleteLater()
        for leftover in (self.commands, self._toast, self.palette_) if hasattr(self, "commands") else ():
            leftover.deleteLater()
            if isinstance(leftover, Commands):
                leftover.release()
        self._screens: dict[str, Screen] = {}
        self.setWindowTitle(f"{_('Shiyan')} · {self._laboratory}" if self._laboratory else _("Shiyan"))
        self.commands = Commands(self)
        self.commands.refused.connect(lambda words: self.message("say", words))
        self.commands.add(*program_commands(self))
        self.navigation = Navigation(self.places, self._laboratory)
        self.navigation.chosen.connect(self.open)
        self._whole.addWidget(self.navigation)
        self._whole.addWidget(Rule(vertical=True))
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._top, self.strip, self._stack, self._status = Top(self.person.name), Strip(), QStackedWidget(), Status(self._database)
        parts: list[QWidget] = [self._top, Rule(), self.strip, self._stack, Rule(), self._status]
        for part in [Band(), *parts] if self._demonstration else parts:
            column.addWidget(part, 1 if part is self._stack else 0)
        self._whole.addWidget(body, 1)
        self._toast, self.palette_ = Toast(self), Palette(self)
        self.palette_.wanted.connect(self._look_up)
        self._top.search.clicked.connect(self.show_palette)
        self._top.panel.clicked.connect(self.toggle_panel)
        self._top.person.clicked.connect(self._show_person_menu)
        self._status.language.clicked.connect(self._other_language)
        self._ask_counts()

    def _listen(self) -> None:
        desk = self.desk
        desk.refused.connect(self._say_refused)
        desk.troubled.connect(self._say_troubled)
        desk.stale.connect(self._say_stale)
        desk.changed.connect(self._changed)
        desk.busy.connect(self._say_busy)
        self._saved_words = _("Ready")

    def _show(self, place: str, key: Hashable | None) -> None:
        screen = self.screen_of(place)
        self._stack.setCurrentWidget(screen)
        self.navigation.show_place(place)
        kept = self._memory.get(f"rail.{place}")
        self.navigation.narrow(kept == "yes" if kept else screen.grid)
        self._top.title.setText(screen.heading())
        self._top.note.setText(screen.subtitle)
        self._top.panel.refuse(self.no_panel())
        self._status.say("")
        screen.shown()
        if key is not None:
            screen.show_thing(key)
        screen.begin()
        self.moved.emit(place)

    def _noted(self, words: str) -> None:
        if self.sender() is self.screen_in_front:
            self._top.note.setText(words)

    def _step(self, way: int) -> None:
        if self.no_way(way) is None:
            self._at += way
            self._show(*self._past[self._at])

    def _changed(self, _kinds: frozenset[str]) -> None:
        self._saved_words = _("Saved {time}").format(time=clock_time(system_clock()))
        self._status.saved(self._saved_words)
        self._ask_counts()

    def _ask_counts(self) -> None:
        if self._counts:
            self.desk.ask(self._counts, then=self.navigation.count, once="counts")

    def _say_refused(self, words: str) -> None:
        self.message("warn", words)

    def _say_troubled(self, words: str, again: Callable[[], Any]) -> None:
        self.message("bad", words, "", _("Try again"), again)

    def _say_busy(self, busy: bool) -> None:
        self._status.saved(_("Working …") if busy else self._saved_words)

    def _say_stale(self, words: str) -> None:
        self.message("warn", words)
        self.read_again()

    def _scan_found(self, code: str, hits: Sequence[Hit]) -> None:
        exact = [hit for hit in hits if hit.title.split(" ")[0].casefold() == code.casefold()]
        if exact:
            self.open(exact[0].place, exact[0].key)
        else:
            self._unknown(code)

    def _unknown(self, code: str) -> None:
        QApplication.beep()
        self.message("warn", _("Nothing has the number {code}.").format(code=code))

    def _look_up(self, text: str) -> None:
        if self._find and text:
            self.desk.ask(self._find, text, by=self.person, then=self._found, once="find")

    def _found(self, hits: Sequence[Hit] | None) -> None:
        if hits is not None and self.palette_.isVisible():
            self.palette_.found(
                Entry(_(THINGS), hit.title, lambda hit=hit: self.open(hit.place, hit.key), hit.note, self._by_name[hit.place].icon) for hit in hits
            )

    def _entries(self) -> Iterable[Entry]:
        front = self.screen_in_front
        here: Iterable[Command] = front.acts if front else ()
        for each in [*here, *(each for each in self.commands if not each.name.startswith("go."))]:
            if each.palette:
                yield Entry(_(DO), each.words(), each.run, icon=each.icon, keys=each.shortcut, refusal=each.refusal() or "")
        for each in self.commands:
            if each.name.startswith("go."):
                yield Entry(_(GO), each.words(), each.run, icon=each.icon, keys=each.shortcut)

    def _show_person_menu(self) -> None:
        names = ("look.system", "look.light", "look.dark", "look.contrast", "roomy")
        menu = QMenu(self)
        for each in (*self._personal, *(self.commands[name] for name in names), self.commands["leave"]):
            if each.name in {"look.system", "leave"}:
                menu.addSeparator()
            for action in command.menu([each], menu).actions():
                menu.addAction(action)
        menu.popup(self._top.person.mapToGlobal(self._top.person.rect().bottomLeft()))

    def _other_language(self) -> None:
        names = list(i18n.LANGUAGES)
        now = names.index(i18n.language()) if i18n.language() in names else 0
        self.speak(names[(now + 1) % len(names)])

    def _float(self, screen: Screen) -> None:
        screen.float_panel(self.width() < theme.size("panel_over_below"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for screen in self._screens.values():
            self._float(screen)
        self._toast.place()
        self.palette_.place()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let every screen say whether there is work that would be lost."""
        if words := self.unfinished():
            self.message("warn", words, "", _("Close anyway"), self._close_anyway)
            event.ignore()
        else:
            super().closeEvent(event)

    def _close_anyway(self) -> None:
        self._screens.clear()
        self.close()


DO, GO, THINGS = N_("Commands"), N_("Places"), N_("Found")


def enter(area: QWidget) -> bool:
    """Put the cursor into an area: where it was there before, else into its first table, else into whatever takes it first."""
    takers = [one for one in [area, *area.findChildren(QWidget)] if one.isVisible() and one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    before = area.focusWidget()
    target = before if before in takers else next((one for one in takers if isinstance(one, Table)), takers[0] if takers else None)
    if target is not None:
        target.setFocus(Qt.FocusReason.TabFocusReason)
    return target is not None
