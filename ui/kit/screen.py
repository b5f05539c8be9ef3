"""A screen: a title, commands, content, perhaps a list at the left and a panel at the right; it fills itself when what it watches changes.

    class Samples(Screen):
        title = N_("Samples")
        watches = frozenset({"sample", "analysis"})       # table names, as the store reports them

        def commands(self): return (Command(...), ...)     # declared once; called after __init__ of the screen's own state
        def build(self):                                   # make the widgets; return the content
            self.table = Table(COLUMNS, key=..., words=self.title); self.panel = Panel()
            return self.table
        def refill(self): self.desk.ask(samples.page, self.filter, then=self._put, once="samples")
        def show_thing(self, key): ...                     # opened from elsewhere for one thing

`self.left`, `self.panel` and `self.foot` set in build() become the list at the left, the right panel and a strip under the content.
`self.note(words)` is where one is (grey, in the top bar); `self.bar.remain(words)` stands beside the primary; `self.refresh()` after anything changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lims.i18n import _
from ui.kit.command import Bar, Command, Commands
from ui.kit.desk import Desk
from ui.kit.label import Rule, ground
from ui.kit.panel import Panel
from ui.kit.table import Table
from ui.theme import theme


class Shell(Protocol):
    """What a screen may ask of the window around it."""

    @property
    def commands(self) -> Commands: ...
    @property
    def rights(self) -> frozenset[str]: ...
    def message(self, kind: str, title: str, note: str = "", label: str = "", run: Callable[[], Any] | None = None) -> None: ...
    def toast(self, words: str, label: str = "", run: Callable[[], Any] | None = None) -> None: ...
    def open(self, place: str, key: Hashable | None = None) -> None: ...
    def status(self, words: str, warning: bool = False) -> None: ...


class Screen(QWidget):
    """The base of every place."""

    title = ""
    watches: frozenset[str] = frozenset()
    """Kinds of thing (the store's names) that make it fill itself again."""
    bar_below = False
    """The command bar stands under the content: where something is judged rather than worked on."""
    grid = False
    """A grid uses the whole width: the navigation starts as a rail."""
    noted = Signal(str)

    def __init__(self, desk: Desk, person: Any, shell: Shell) -> None:
        super().__init__()
        self.desk, self.person, self.shell = desk, person, shell
        self.panel: Panel | None = None
        self.left: QWidget | None = None
        self.foot: QWidget | None = None
        self.first: QWidget | None = None
        """Where the cursor begins: the first table where build() says nothing else. A focus proxy would hide the commands from Tab."""
        self.subtitle = ""
        self._stale, self._floats, self._panel_wanted = True, False, True
        ground(self, "surface")
        self.start()
        self.acts = Commands(self, within=shell.commands)
        self.acts.refused.connect(lambda words: shell.message("say", words))
        self.acts.escaped.connect(self.put_panel_away)
        self.acts.add(*self.commands())
        content = self.build()
        self.bar = Bar(self.acts)
        self._lay_out(content)
        self.built()
        self.first = self.first or (content if isinstance(content, Table) else content.findChild(Table))
        desk.changed.connect(self._changed)

    def start(self) -> None:
        """Set up the screen's own state, before commands() and build()."""

    def commands(self) -> Sequence[Command]:
        """Return what a person can do here."""
        return ()

    def build(self) -> QWidget:
        """Make the content."""
        raise NotImplementedError

    def built(self) -> None:
        """Go on after the command bar stands: put a filter into it with self.bar.lead()."""

    def refill(self) -> None:
        """Ask the desk for what is shown."""

    def show_thing(self, key: Hashable) -> None:
        """Go to one thing."""

    def scanned(self, code: str) -> bool:
        """Take a scanned code; return whether this screen wants it."""
        return False

    def unfinished(self) -> str | None:
        """Say what would be lost if the window closed now, or None."""
        return None

    def why(self) -> None:
        """Explain what the cursor is on (F3): by default the panel opens."""
        self.show_panel(True)

    def note(self, words: str) -> None:
        """Say in the top bar where one is."""
        self.subtitle = words
        self.noted.emit(words)

    def refresh(self) -> None:
        """Let commands work out anew what is possible."""
        self.acts.refresh()

    def shown(self) -> None:
        """Called by the window each time the screen comes to the front; it fills itself when something has changed meanwhile."""
        if self._stale:
            self._stale = False
            self.refill()
        self.refresh()

    def begin(self) -> None:
        """Put the cursor where work begins."""
        (self.first or self).setFocus()

    def areas(self) -> list[QWidget]:
        """Return the parts that Ctrl+Tab goes through, from left to right."""
        return [area for area in (self.left, self._middle, self.panel) if area is not None and area.isVisible()]

    def heading(self) -> str:
        """Return the title in the person's language."""
        return _(self.title)

    def _changed(self, kinds: frozenset[str]) -> None:
        if not kinds & self.watches:
            return
        if self.isVisible():
            self.refill()
        else:
            self._stale = True

    def _lay_out(self, content: QWidget) -> None:
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        if self.left:
            self.left.setFixedWidth(theme.size("list_left"))
            whole.addWidget(self.left)
            whole.addWidget(Rule(vertical=True))
        self._middle = QWidget()
        middle = QVBoxLayout(self._middle)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        has_bar = any(command.side != "menu" for command in self.acts)
        parts: list[QWidget] = [content] if not self.foot else [content, Rule(), self.foot]
        if has_bar or self._lead_wanted():
            parts = [*parts, Rule(), self.bar] if self.bar_below else [self.bar, Rule(), *parts]
        for part in parts:
            middle.addWidget(part, 1 if part is content else 0)
        whole.addWidget(self._middle, 1)
        self.bar.setVisible(self.bar in parts)
        self._whole = whole
        if self.panel:
            whole.addWidget(self.panel)
            self._panel_wanted = not self.panel.isHidden()
            self.panel.closed.connect(lambda: self.show_panel(False))

    def _lead_wanted(self) -> bool:
        return type(self).built is not Screen.built

    def float_panel(self, over: bool) -> None:
        """Let the panel lie over the content (narrow windows; hidden until asked for) or stand beside it."""
        if not self.panel or over == self._floats:
            return
        self._floats = over
        if over:
            self._whole.removeWidget(self.panel)
            self.panel.hide()
        else:
            self._whole.addWidget(self.panel)
            self.panel.setVisible(self._panel_wanted)
        self._place_panel()

    def show_panel(self, shown: bool) -> None:
        """Show or hide the panel, as the person wants it."""
        if self.panel:
            if not self._floats:
                self._panel_wanted = shown
            self.panel.setVisible(shown)
            self._place_panel()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc puts a panel away that lies over the content."""
        if event.key() != Qt.Key.Key_Escape or not self.put_panel_away():
            super().keyPressEvent(event)

    def put_panel_away(self) -> bool:
        """Hide a panel that lies over the content; return whether one did."""
        over = self.panel is not None and self._floats and self.panel.isVisible()
        if over:
            self.show_panel(False)
        return over

    def minimumSizeHint(self) -> QSize:
        """A screen behind another asks for no room: the window is as narrow as the one in front allows."""
        return QSize() if self.isHidden() else super().minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_panel()

    def _place_panel(self) -> None:
        """Over the content the panel leaves the command bar free, so that the primary is never hidden."""
        if self.panel and self._floats:
            bar = 0 if self.bar.isHidden() else self.bar.height() + 1
            top, bottom = (0, bar) if self.bar_below else (bar, 0)
            self.panel.setGeometry(self.width() - self.panel.width(), top, self.panel.width(), self.height() - top - bottom)
            self.panel.raise_()
