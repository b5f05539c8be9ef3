"""The commands of the whole program, wherever one is; a screen's own stand in the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lims.i18n import LANGUAGES, N_
from ui.kit.command import Command

if TYPE_CHECKING:
    from ui.window import Window

LOOKS = {"system": N_("Look: as the system"), "light": N_("Look: light"), "dark": N_("Look: dark"), "contrast": N_("Look: high contrast")}


def program_commands(window: Window) -> tuple[Command, ...]:
    """Return what can be done from every place."""
    return (
        Command("palette", N_("Search and commands"), window.show_palette, "Ctrl+K", "search", palette=False),
        Command("why", N_("Why?"), window.why, "F3", "circle-help", side="menu"),
        Command("again", N_("Read again"), window.read_again, "F5", "refresh-cw", side="menu"),
        Command("back", N_("Go back"), window.back, "Alt+Left", "arrow-left", lambda: window.no_way(-1), side="menu"),
        Command("forward", N_("Go forward"), window.forward, "Alt+Right", "arrow-right", lambda: window.no_way(1), side="menu"),
        Command("navigation", N_("Narrow or wide navigation"), window.toggle_rail, "Ctrl+B", "panel-left", side="menu"),
        Command("area", N_("Next area"), window.next_area, "Ctrl+Tab", side="menu", palette=False),
        Command("area.back", N_("Area before"), lambda: window.next_area(-1), "Ctrl+Shift+Tab", side="menu", palette=False),
        Command("panel", N_("Show or hide the panel"), window.toggle_panel, "Ctrl+I", "panel-right", window.no_panel, side="menu"),
        Command("roomy", N_("Roomy or dense rows"), window.toggle_roomy, icon="table", side="menu"),
        Command("leave", N_("Change person"), window.leave, "Ctrl+L", "log-out", side="menu"),
        *(Command(f"look.{name}", label, lambda name=name: window.look(name), icon="sun-moon", side="menu") for name, label in LOOKS.items()),
        *(Command(f"speak.{name}", label, lambda name=name: window.speak(name), icon="languages", side="menu") for name, label in LANGUAGES.items()),
        *(
            Command(
                f"go.{place.name}", place.title, lambda name=place.name: window.open(name), f"Ctrl+{number}" if number < 10 else "", place.icon, side="menu"
            )
            for number, place in enumerate(window.places, 1)
        ),
    )
