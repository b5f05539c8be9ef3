"""What a person can do, declared once: button, key, context menu and palette read the same row.

    SUBMIT = Command("bench.submit", N_("Submit"), self.submit, kind="primary", icon="send", refusal=self.why_not_submit)
    Command("bench.read", N_("Read the plate reader"), self.read, keys="F6", icon="plug-zap", kind="quiet")

`refusal()` returns the sentence why it cannot be done now, or None. A refused button is grey, is still reached by Tab, and says
the sentence in its tool tip; beside a primary the sentence stands written. A name or a key taken twice is an error at start.
Call `commands.refresh()` when what they depend on has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QEnterEvent, QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShortcut
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QWidget
from shiboken6 import isValid

from lims.i18n import _
from ui.kit import paint, scan
from ui.kit.label import Label, plain
from ui.theme import theme

KINDS = ("plain", "quiet", "primary", "danger")
RESERVED = frozenset({"Ctrl+Space", "Shift", "Ctrl+Shift", "Ctrl+."})
"""Keys of Chinese input methods: never a command's."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do."""

    name: str
    label: str | Callable[[], str]
    """The verb first; a function where it counts (Receive 13)."""
    run: Callable[[], Any]
    keys: str = ""
    icon: str = ""
    refusal: Callable[[], str | None] = lambda: None
    kind: str = "plain"
    """plain (words only), quiet (outlined), primary (one a screen, Ctrl+Enter), danger (only in the dialog that confirms)."""
    side: str = "left"
    """left, right, or menu (context menu, key and palette only); a primary is always right."""
    tip: str = ""
    palette: bool = True
    """Whether the palette lists it."""

    def words(self) -> str:
        """Return the label in the person's language."""
        return self.label() if callable(self.label) else _(self.label)

    @property
    def shortcut(self) -> str:
        """The keys: a primary's are Ctrl+Enter where nothing else is said."""
        return self.keys or ("Ctrl+Return" if self.kind == "primary" else "")


class Commands(QObject):
    """The commands of one screen or of the program; those of the program are taken too."""

    refused = Signal(str)
    """A key was pressed for what cannot be done now: the sentence why."""
    refreshed = Signal()
    escaped = Signal()
    """Esc was pressed, and what it stands for cannot be done now: that is no reason to say anything."""

    def __init__(self, owner: QWidget, *commands: Command, within: Commands | None = None) -> None:
        super().__init__(owner)
        self._all: dict[str, Command] = {}
        self._owner, self._within = owner, within
        self._shortcuts: list[QShortcut] = []
        self.add(*commands)

    def __iter__(self) -> Iterator[Command]:
        return iter(self._all.values())

    def __getitem__(self, name: str) -> Command:
        return self._all[name]

    def add(self, *commands: Command) -> None:
        """Take commands in and bind their keys; raises ValueError for a name or key that is taken."""
        for command in commands:
            self._check(command)
            self._all[command.name] = command
            if command.shortcut:
                self._bind(command)

    def do(self, name: str) -> None:
        """Run a command, or say why it cannot be done."""
        command = self._all[name]
        if words := command.refusal():
            self.refused.emit(words)
        else:
            command.run()

    def refresh(self) -> None:
        """Let every button work out anew what it says and whether it may be pressed."""
        self.refreshed.emit()

    def release(self) -> None:
        """Let go of all keys, at once: others take them."""
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._shortcuts.clear()

    def _check(self, command: Command) -> None:
        taken = [*self._all.values(), *(self._within or ())]
        if command.name in {other.name for other in taken}:
            raise ValueError(f"two commands are called {command.name}")
        if command.shortcut and (clash := next((other for other in taken if _same(other.shortcut, command.shortcut)), None)):
            raise ValueError(f"{command.shortcut} of {command.name} is taken by {clash.name}")
        if command.shortcut in RESERVED:
            raise ValueError(f"{command.shortcut} of {command.name} belongs to Chinese input")
        if command.kind not in KINDS:
            raise ValueError(f"{command.name}: no kind {command.kind}")
        if command.kind == "primary" and any(other.kind == "primary" for other in self._all.values()):
            raise ValueError(f"{command.name}: a screen has one primary command")

    def _pressed(self, command: Command) -> None:
        """A single letter may be the beginning of a scanned code: wait until that is sure."""
        if command.shortcut == "Esc" and command.refusal():
            self.escaped.emit()
        elif len(command.shortcut) == 1:
            scan.unless_scanned(lambda: self.do(command.name) if isValid(self) else None)
        else:
            self.do(command.name)

    def _bind(self, command: Command) -> None:
        """Bind the keys for the whole window: a screen behind another is not visible and does not hear them."""
        both = (command.shortcut, "Ctrl+Enter") if command.shortcut == "Ctrl+Return" else (command.shortcut,)
        for keys in both:  # the number block's Enter is an Enter
            shortcut = QShortcut(QKeySequence(keys), self._owner)
            shortcut.setAutoRepeat(False)  # a key held down passes one thing, not one after the other
            shortcut.activated.connect(lambda: self._pressed(command))
            self._shortcuts.append(shortcut)


class Button(QAbstractButton):
    """A painted button: key cap and focus ring inside, grey with the reason when refused."""

    def __init__(self, words: str, kind: str = "plain", keys: str = "", icon: str = "", size: str = "control") -> None:
        super().__init__()
        self.words, self.kind, self.keys, self.icon_name = words, kind, keys, icon
        self.refusal: str | None = None
        self._hover = self._ring = False
        self._height = theme.size(size)
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def say(self, words: str) -> None:
        """Change the label."""
        if words != self.words:
            self.words = words
            self.setAccessibleName(words)
            self.updateGeometry()
            self.update()

    def refuse(self, words: str | None) -> None:
        """Grey the button and keep why, or make it pressable again."""
        self.refusal = words
        self.setToolTip(plain(words or ""))
        self.setAccessibleDescription(words or "")
        self.update()

    def sizeHint(self) -> QSize:
        side = 10 if self.kind == "plain" else 13
        if not self.words:
            return QSize(self._height, self._height)
        lead = theme.size("icon") + 8 if self.icon_name else 0
        cap = paint.key_cap_width(self.keys) + 8 if self.keys else 0
        return QSize(round(2 * side + lead + theme.width(self.words, "body", 500) + cap + 0.5), self._height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, edge, ink = self._colours()
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = theme.size("corner_control")
        painter.setBrush(theme.colour(ground))
        painter.setPen(QPen(theme.colour(edge), 1) if edge else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rect, radius, radius)
        if self._ring and self.hasFocus():
            self._paint_ring(painter, rect, radius)
        self._paint_words(painter, ink)
        painter.end()

    def _colours(self) -> tuple[str, str, str]:
        """Return ground, edge and ink for how the button stands now."""
        if self.refusal is not None or not self.isEnabled():
            return ("" if self.kind == "plain" else "sunken", "disabled" if theme.contrast else "", "disabled")
        if self.kind in {"primary", "danger"}:
            fill = ("accent", "accent_hover", "accent_press") if self.kind == "primary" else ("bad_fill", "bad_hover", "bad_hover")
            return fill[2 if self.isDown() else 1 if self._hover else 0], "", "on_accent"
        if self.isChecked():
            return "selected", "accent_line", "accent_text"
        rest = "surface" if self.kind == "quiet" else ""
        ground = "sunken" if self.isDown() else "hover" if self._hover else rest
        return ground, "line2" if self.kind == "quiet" else "", "text" if self.words else "text2"

    def _paint_ring(self, painter: QPainter, rect: QRectF, radius: int) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("focus"), 3 if theme.contrast else 2))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if self.kind in {"primary", "danger"}:
            painter.setPen(QPen(theme.colour("on_accent"), 1.2))
            painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), radius - 2, radius - 2)

    def _paint_words(self, painter: QPainter, ink: str) -> None:
        middle = self.height() / 2
        size = theme.size("icon")
        lead = size + 8 if self.icon_name and self.words else 0
        cap = paint.key_cap_width(self.keys) + 8 if self.keys and self.words else 0
        content = lead + (theme.width(self.words, "body", 500) if self.words else size) + cap
        left = max((self.width() - content) / 2, 0)
        if self.icon_name:
            painter.drawPixmap(QPointF(left, middle - size / 2), theme.pixmap(self.icon_name, ink, size, self.devicePixelRatioF()))
        if self.words:
            painter.setFont(theme.font("body", 500))
            painter.setPen(theme.colour(ink))
            painter.drawText(QRectF(left + lead, 0, content - lead + 2, self.height()), int(paint.LEFT), self.words)
        if cap:
            dim = ink in {"on_accent", "disabled"}
            paint.key_cap(painter, self.keys, left + content, middle, ink if dim else "text2", ink if dim else "line2")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.refusal is None:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() and self.refusal is None:
            self.click()
        elif self.refusal is None or event.key() != Qt.Key.Key_Space:
            super().keyPressEvent(event)

    def nextCheckState(self) -> None:
        if self.refusal is None:
            super().nextCheckState()

    def click(self) -> None:
        """Press it; nothing happens while it is refused."""
        if self.refusal is None:
            super().click()

    def focusInEvent(self, event: QFocusEvent) -> None:
        reasons = Qt.FocusReason
        self._ring = event.reason() in {reasons.TabFocusReason, reasons.BacktabFocusReason, reasons.ShortcutFocusReason, reasons.OtherFocusReason}
        super().focusInEvent(event)
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover = True
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: Any) -> None:
        self._hover = False
        super().leaveEvent(event)
        self.update()


class CommandButton(Button):
    """The button of one command: its words, its refusal and its run."""

    def __init__(self, command: Command, size: str = "control") -> None:
        super().__init__(command.words(), command.kind, command.shortcut, command.icon, size)
        self.command = command
        self.setObjectName(command.name)
        self.clicked.connect(self._run)
        self.refresh()

    def refresh(self) -> None:
        """Work out anew what it says and whether it may be pressed."""
        self.say(self.command.words())
        self.refuse(self.command.refusal())
        if self.refusal is None and self.command.tip:
            self.setToolTip(plain(_(self.command.tip)))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second click of a double click does nothing: it would fall on whatever has come after the first."""
        event.accept()

    def _run(self) -> None:
        self.refresh()
        if self.refusal is None:
            self.command.run()


def icon_button(icon: str, name: str, run: Callable[[], Any] | None = None) -> Button:
    """Return a button without words: close, panel, bell; *name* is what a reader hears and the tool tip says."""
    made = Button("", "plain", icon=icon)
    made.setAccessibleName(name)
    made.setToolTip(plain(name))
    if run:
        made.clicked.connect(lambda: run())
    return made


def button(command: Command, size: str = "control", commands: Commands | None = None) -> CommandButton:
    """Return the button of *command*; with *commands* it follows their refresh."""
    made = CommandButton(command, size)
    if commands:
        commands.refreshed.connect(made.refresh)
    return made


def menu(commands: Sequence[Command], parent: QWidget) -> QMenu:
    """Return a menu of *commands*; what is refused is grey and says why."""
    made = QMenu(parent)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    made.setToolTipsVisible(True)
    for command in commands:
        made.addAction(_action(command, made))
    return made


class Bar(QWidget):
    """The command bar: at most five commands at the left; at the right the reason in words, the quiet ones, the one primary."""

    MOST_LEFT = 5

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands = commands
        self.setFixedHeight(theme.size("commands"))
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.size("margin"), 0, 16, 0)
        line.setSpacing(8)
        self._lead = QHBoxLayout()
        self._lead.setSpacing(8)
        line.addLayout(self._lead)
        shown = [command for command in commands if command.side != "menu"]
        left = [command for command in shown if command.side == "left" and command.kind != "primary"]
        if len(left) > self.MOST_LEFT:
            raise ValueError(f"at most {self.MOST_LEFT} commands stand at the left: {[command.name for command in left]}")
        for command in left:
            line.addWidget(button(command, commands=commands))
        line.addStretch(1)
        self.reason = _Reason(self._grow)
        self.reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.reason.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.reason.setMinimumWidth(0)
        line.addWidget(self.reason, 100)
        for command in (command for command in shown if command.side == "right" and command.kind != "primary"):
            line.addWidget(button(command, commands=commands))
        self._primary = next((command for command in shown if command.kind == "primary"), None)
        if self._primary:
            line.addWidget(button(self._primary, commands=commands))
        self._remainder = ""
        commands.refreshed.connect(self.refresh)

    def lead(self, widget: QWidget) -> None:
        """Put a filter or a switch before the commands."""
        self._lead.addWidget(widget)

    def remain(self, words: str) -> None:
        """Say what stays behind or is missing, while the primary is not refused."""
        self._remainder = words
        self.refresh()

    def refresh(self) -> None:
        """Write the primary's reason, or what remains."""
        refusal = self._primary.refusal() if self._primary else None
        words = refusal or self._remainder
        self.reason.setText(words)
        self.reason.setToolTip(plain(words))
        self._grow()

    def _grow(self) -> None:
        """A reason is read whole: the bar grows where two lines are not enough."""
        needed = self.reason.heightForWidth(self.reason.width()) if self.reason.text() else 0
        self.setFixedHeight(max(theme.size("commands"), needed + 12))


class _Reason(Label):
    """The words beside the primary, which tell when they have got another width."""

    def __init__(self, moved: Callable[[], None]) -> None:
        super().__init__(ink="text2", wrap=True)
        self._moved = moved

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._moved()


def _action(command: Command, parent: QObject) -> QAction:
    action = QAction(command.words().replace("&", "&&"), parent)
    if command.icon:
        action.setIcon(theme.icon(command.icon))
    if command.shortcut:
        action.setText(f"{action.text()}\t{paint.keys_words(command.shortcut)}")
    refusal = command.refusal()
    action.setEnabled(refusal is None)
    action.setToolTip(plain(refusal or ""))
    action.triggered.connect(lambda: command.run())
    return action


def _same(one: str, other: str) -> bool:
    return bool(one) and QKeySequence(one) == QKeySequence(other)
