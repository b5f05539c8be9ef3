"""How everything looks: colours, sizes, typefaces and icons, all read from resources/theme.toml.

Used like this:
    from ui.theme import theme
    theme.start(app)                      # once: Fusion, fonts, palette, style sheet
    theme.use("dark")                     # light, dark, contrast or system; `theme.changed` tells who paints
    theme.colour("bad"), theme.font("note", 500), theme.size("control"), theme.pixmap("check", "good", 16)
"""

from __future__ import annotations

import logging
import tomllib
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QByteArray, QLocale, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from lims import i18n
from resources import FOLDER

log = logging.getLogger(__name__)

CHOICES = ("system", "light", "dark", "contrast")
"""What a person can choose; `contrast` follows the system's light or dark and is its own choice at start."""

TABLES = ("light", "dark", "contrast-light", "contrast-dark")

STROKE = 1.75
"""Width of an icon's line in the 24 px drawing."""


@dataclass(frozen=True, slots=True)
class Token:
    """One colour by purpose, in every table."""

    name: str
    purpose: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Face:
    """One role of type."""

    px: int
    line: int
    weight: int
    purpose: str


class Theme(QObject):
    """The one look of the program; the only thing that is global."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        declared = tomllib.loads((FOLDER / "theme.toml").read_text("utf-8"))
        self.tokens = {name: Token(name, row["purpose"], _values(name, row)) for name, row in declared["colours"].items()}
        self.type = {name: Face(**row) for name, row in declared["type"].items()}
        self.families: dict[str, list[str]] = declared["families"]
        self.sizes: dict[str, int] = declared["sizes"]
        self.verdicts: dict[str, str] = declared["verdicts"]
        self.stations: dict[str, str] = declared["stations"]
        self.choice, self.table, self.roomy = "light", "light", False
        self._colours: dict[str, QColor] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        self._sources: dict[str, str] = {}
        self._fonts: dict[tuple[str, int], QFont] = {}
        self._metrics: dict[tuple[str, int], QFontMetricsF] = {}

    def start(self, app: QApplication, choice: str = "system") -> None:
        """Dress *app*: style, the typefaces in resources/fonts, palette and style sheet."""
        app.setStyle("Fusion")
        for file in sorted((FOLDER / "fonts").glob("*.ttf")):
            if QFontDatabase.addApplicationFont(str(file)) < 0:
                log.error("typeface %s cannot be read", file.name)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow_system)
        self.use(choice)

    def use(self, choice: str) -> None:
        """Change the look of everything that is open; raises ValueError for an unknown choice."""
        if choice not in CHOICES and choice not in TABLES:
            raise ValueError(f"no theme {choice}")
        self.choice = choice
        self.table = choice if choice in TABLES else _table_of_system(choice)
        self.dress()

    def dress(self) -> None:
        """Put palette, fonts and style sheet on again, after the look or the language has changed."""
        self._colours.clear()
        self._pixmaps.clear()
        self._fonts.clear()
        self._metrics.clear()
        chinese = i18n.language() != "en"
        QLocale.setDefault(QLocale("zh_CN" if chinese else "en_GB"))
        if isinstance(app := QApplication.instance(), QApplication):
            app.setPalette(self._palette())
            app.setFont(self.font("body"))
            app.setStyleSheet(self._sheet())
        self.changed.emit()

    @property
    def dark(self) -> bool:
        """Whether grounds are dark now."""
        return self.table.endswith("dark")

    @property
    def contrast(self) -> bool:
        """Whether the high contrast table is used now."""
        return self.table.startswith("contrast")

    def hex(self, token: str) -> str:
        """Return the value of *token* now, as #RRGGBB."""
        return self.tokens[token].values[self.table]

    def colour(self, token: str) -> QColor:
        """Return the colour of *token* now; "" is no colour."""
        if token not in self._colours:
            self._colours[token] = QColor(self.hex(token)) if token else QColor(0, 0, 0, 0)
        return self._colours[token]

    def size(self, name: str) -> int:
        """Return a length in px at 100 %; rows grow by the roomy step when a person asked for it."""
        grows = self.roomy and name in {"grid_row", "list_row", "two_line_row"}
        return self.sizes[name] + (self.sizes["roomy"] if grows else 0)

    def font(self, role: str = "body", weight: int = 0) -> QFont:
        """Return the typeface of *role*, in *weight* where it differs from the role's own."""
        face = self.type[role]
        key = role, weight or face.weight
        if key not in self._fonts:
            font = QFont(self.families["bytes" if role == "bytes" else "en" if i18n.language() == "en" else "zh"])
            font.setPixelSize(face.px)
            font.setWeight(QFont.Weight(key[1]))
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            self._fonts[key] = font
        return self._fonts[key]

    def width(self, text: str, role: str = "body", weight: int = 0) -> float:
        """Return how wide *text* is drawn, in px."""
        return self.metrics(role, weight).horizontalAdvance(text)

    def metrics(self, role: str = "body", weight: int = 0) -> QFontMetricsF:
        """Return the measures of a typeface."""
        key = role, weight
        if key not in self._metrics:
            self._metrics[key] = QFontMetricsF(self.font(role, weight))
        return self._metrics[key]

    def pixmap(self, name: str, token: str = "text2", size: int = 16, ratio: float = 1.0) -> QPixmap:
        """Return icon *name* in the colour of *token*, sharp at the device's pixel *ratio*."""
        key = name, token, size, ratio
        if key not in self._pixmaps:
            self._pixmaps[key] = self._drawn(name, self.hex(token), size, ratio)
        return self._pixmaps[key]

    def icon(self, name: str, token: str = "text2", size: int = 16) -> QIcon:
        """Return icon *name* for the places that want a QIcon (menus)."""
        icon = QIcon()
        for ratio in (1.0, 2.0, 3.0):
            icon.addPixmap(self.pixmap(name, token, size, ratio))
        return icon

    def _drawn(self, name: str, colour: str, size: int, ratio: float) -> QPixmap:
        pixmap = QPixmap(round(size * ratio), round(size * ratio))
        pixmap.fill(Qt.GlobalColor.transparent)
        if source := self._source(name):
            if name != "mark":
                source = source.replace("currentColor", colour).replace('stroke-width="2"', f'stroke-width="{STROKE}"')
            painter = QPainter(pixmap)
            QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
            painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _source(self, name: str) -> str:
        if name not in self._sources:
            file = FOLDER / "icons" / f"{name}.svg"
            if not file.exists():
                log.error("there is no icon %s", name)
            self._sources[name] = file.read_text("utf-8") if file.exists() else ""
        return self._sources[name]

    def _follow_system(self) -> None:
        if self.choice in {"system", "contrast"}:
            self.use(self.choice)

    def _palette(self) -> QPalette:
        palette = QPalette()
        for role, token in PALETTE.items():
            palette.setColor(role, self.colour(token))
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.colour(DISABLED.get(role, token)))
        return palette

    def _sheet(self) -> str:
        values = {name: self.hex(name) for name in self.tokens} | {name: f"{px}px" for name, px in self.sizes.items()}
        values["focus_width"] = "3px" if self.contrast else "2px"
        return SHEET.substitute(values)

    @cached_property
    def soft(self) -> frozenset[str]:
        """Names of the states that have words, a soft ground and a mark's colour."""
        return frozenset(name.removesuffix("_soft") for name in self.tokens if name.endswith("_soft")) - {"accent"}


def _values(name: str, row: dict[str, str]) -> dict[str, str]:
    """Return the token's colours; high contrast is derived: pure grounds, pure words, outlines as strong as words."""
    values = {"light": row["light"], "dark": row["dark"]}
    for table, ground, ink in (("light", "#FFFFFF", "#000000"), ("dark", "#000000", "#FFFFFF")):
        if name in {"window", "surface", "sunken", "raised", "hover", "qc", "desk"} or name.endswith("_soft"):
            derived = ground
        elif name in {"text", "text2", "text3", "line", "line2", "field", "ink_strip"}:
            derived = ink
        elif name == "on_strip":
            derived = ground
        else:
            derived = row[table]
        values[f"contrast-{table}"] = derived
    return values


def _table_of_system(choice: str) -> str:
    hints = QGuiApplication.styleHints()
    shade = "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"
    strong = choice == "contrast"
    if not strong and hasattr(hints, "accessibility"):
        strong = hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
    return f"contrast-{shade}" if strong else shade


Role = QPalette.ColorRole

PALETTE = {
    Role.Window: "window",
    Role.WindowText: "text",
    Role.Base: "surface",
    Role.AlternateBase: "surface",
    Role.Text: "text",
    Role.Button: "surface",
    Role.ButtonText: "text",
    Role.BrightText: "bad",
    Role.ToolTipBase: "ink_strip",
    Role.ToolTipText: "on_strip",
    Role.PlaceholderText: "text3",
    Role.Highlight: "accent",
    Role.HighlightedText: "on_accent",
    Role.Link: "accent_text",
    Role.LinkVisited: "accent_text",
    Role.Light: "raised",
    Role.Midlight: "line",
    Role.Mid: "line2",
    Role.Dark: "line2",
    Role.Shadow: "text3",
    Role.Accent: "accent",
}

DISABLED = {
    Role.WindowText: "disabled",
    Role.Text: "disabled",
    Role.ButtonText: "disabled",
    Role.PlaceholderText: "disabled",
    Role.Base: "sunken",
}


class _Sheet:
    """A style sheet with $tokens, so that braces stay braces."""

    def __init__(self, text: str) -> None:
        from string import Template

        self._template = Template(text)

    def substitute(self, values: dict[str, str]) -> str:
        return self._template.substitute(values)


SHEET = _Sheet("""
QToolTip { background: $ink_strip; color: $on_strip; border: none; padding: 5px 8px; }
QMenu { background: $raised; border: 1px solid $line2; border-radius: $corner_control; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 10px; border-radius: 4px; color: $text; }
QMenu::item:selected { background: $selected; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }
*[ground="window"] { background: $window; }
*[ground="surface"] { background: $surface; }
*[ground="raised"] { background: $raised; border: 1px solid $line2; border-radius: $corner_palette; }
*[ground="card"] { background: $surface; border: 1px solid $line; border-radius: $corner_card; }
*[ground="desk"] { background: $desk; }
QLineEdit, QPlainTextEdit, QComboBox { background: $surface; border: 1px solid $field; border-radius: $corner_control; }
QLineEdit, QPlainTextEdit, QComboBox { color: $text; placeholder-text-color: $text3; }
QLineEdit, QComboBox { padding: 0 10px; min-height: 28px; max-height: 28px; }
QPlainTextEdit { padding: 3px 6px; }
QLineEdit:focus, QComboBox:focus { border: $focus_width solid $focus; padding: 0 9px; min-height: 26px; max-height: 26px; }
QPlainTextEdit:focus { border: $focus_width solid $focus; padding: 2px 5px; }
*[state="bad"], *[state="bad"]:focus { border: 2px solid $bad_solid; }
*[state="warn"], *[state="warn"]:focus { border: 2px solid $warn_solid; }
QLineEdit[state="bad"], QLineEdit[state="warn"], QComboBox[state="bad"] { padding: 0 9px; min-height: 26px; max-height: 26px; }
*[locked="true"], QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { background: $sunken; color: $disabled; border-color: $sunken; }
QLineEdit[bare="true"], QLineEdit[bare="true"]:focus { background: transparent; border: none; padding: 0; min-height: 44px; max-height: 44px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: none; }
QComboBox QLineEdit, QComboBox QLineEdit:focus { border: none; padding: 0; background: transparent; min-height: 24px; }
QComboBox QAbstractItemView, QListView[popup="true"] { background: $raised; color: $text; border: 1px solid $line2; padding: 4px; outline: none; }
QComboBox QAbstractItemView, QListView[popup="true"] { selection-background-color: $selected; selection-color: $text; }
QAbstractItemView[popup="true"]::item { min-height: 28px; padding: 0 6px; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $line2; border-radius: 3px; margin: 3px; min-height: 32px; min-width: 32px; }
QScrollBar::handle:hover { background: $field; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea, QTableView { background: transparent; border: none; }
QAbstractScrollArea::corner { background: transparent; }
QTableView { background: $surface; gridline-color: $line; outline: none; selection-background-color: transparent; }
QCalendarWidget QWidget { alternate-background-color: $surface; }
QCalendarWidget QAbstractItemView { background: $surface; color: $text; selection-background-color: $accent; selection-color: $on_accent; outline: none; }
QCalendarWidget QToolButton { color: $text; background: transparent; border: none; padding: 4px 8px; }
""")

theme = Theme()
