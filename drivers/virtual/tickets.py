"""Instruments that print what a profile's columns or specimen say: tickets, lines, a microplate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from drivers.core.profile import Profile
from drivers.virtual import Shown, encoding
from drivers.virtual.printer import Printer

BEGIN, CENTRE, LEFT, FEED, CUT = b"\x1b@", b"\x1ba\x01", b"\x1ba\x00", b"\x1bd\x04", b"\x1dV\x00"
GAP = "  "


def of_ticket(fault: str | None, haste: float, profile: Profile) -> Printer:
    """Return a ticket printer: title in the middle, four empty lines, the paper cut. Faults are those of Printer."""
    used = encoding(profile)

    def printed(lines: Sequence[str]) -> bytes:
        title, *rest = (line.encode(used, errors="replace") + b"\r\n" for line in lines)
        return BEGIN + CENTRE + title + LEFT + b"".join(rest) + FEED + CUT

    return Printer(printed, fault, haste)


def template(results: Sequence[Shown], profile: Profile) -> list[list[str]]:
    """Return one ticket for each result, or with a table one for all, or for each sample where its rows name none; as the specimen says."""
    table = profile.codec_settings.table
    tickets = [[shown] for shown in results]
    if table is not None:
        tickets = [list(results)] if "(?P<sample>" in table.row else _by_sample(results)
    return [_ticket(shown, profile.codec_settings) for shown in tickets if shown]


def _ticket(results: Sequence[Shown], settings: object) -> list[str]:
    table = getattr(settings, "table", None)
    rows = [table.specimen.format(**_words(shown, settings, place)) for place, shown in enumerate(results, start=1)] if table else []
    lines = str(getattr(settings, "specimen", "")).format(**_words(results[0], settings, 1) | {"table": "\n".join(rows)}).splitlines()
    return lines[::-1] if getattr(settings, "direction", "down") == "up" else lines


def delimited(results: Sequence[Shown], profile: Profile) -> list[list[str]]:
    """Return one line for each result, or for each sample where a line holds several tests; every message with the header, if there is one."""
    settings = profile.codec_settings
    messages: list[list[str]] = []
    for cells in _lines(results, settings):
        names = [name for name in cells if not name.isdigit()]
        numbered = {int(name): text for name, text in cells.items() if name.isdigit()}
        width = max(settings.width, *numbered) if numbered else len(names)
        blank = "-" if settings.separator == " " else ""
        line = [numbered.get(place, blank) for place in range(1, width + 1)] if numbered else [cells[name] or blank for name in names]
        messages.append([*([settings.separator.join(names)] if settings.header else []), settings.separator.join(line)])
    return messages


def columns(results: Sequence[Shown], profile: Profile) -> list[list[str]]:
    """Return one line for each result, or for each sample where a line holds several tests; text to the left, numbers to the right."""
    made: list[list[str]] = []
    for cells in _lines(results, profile.codec_settings):
        line: list[str] = []
        for place, text in cells.items():
            first, _, last = place.partition("-")
            begin, end = int(first) - 1, int(last or first)
            line += [" "] * (end - len(line))
            line[begin:end] = text.rjust(end - begin) if text[:1].isdigit() else text.ljust(end - begin)
        made.append(["".join(line)])
    return made


def plate(results: Sequence[Shown], profile: Profile) -> list[list[str]]:
    """Return one plate: each absorbance, or a result's number, in its well or where that is none in the next; 0.000 in the others. The end is the link's."""
    settings = profile.codec_settings
    places = [f"{chr(65 + row)}{column}" for row in range(settings.plate_rows) for column in range(1, settings.plate_columns + 1)]
    named = {shown.position if shown.position in places else places[at % len(places)]: shown for at, shown in enumerate(results)}
    wells = {place: str(dict(shown.raw).get("absorbance", shown.value)) for place, shown in named.items()}
    rows = [
        "".join(_after_blank(wells.get(f"{chr(65 + row)}{column}", "0.000")) for column in range(1, settings.plate_columns + 1))
        for row in range(settings.plate_rows)
    ]
    return [[settings.plate_begin, *(row.strip() + "," for row in rows)]]


def _after_blank(value: str) -> str:
    return value if value.startswith("-") else " " + value


def _by_sample(results: Sequence[Shown]) -> list[list[Shown]]:
    return [list(group) for _, group in groupby(results, key=lambda shown: shown.sample)]


def _words(shown: Shown, settings: object, place: int) -> dict[str, str]:
    decimal, formats = getattr(settings, "decimal", "."), getattr(settings, "time_formats", ("%Y-%m-%d %H:%M:%S",))
    said = {
        "sample": shown.sample,
        "test": shown.test,
        "value": shown.value.replace(".", decimal),
        "unit": shown.unit,
        "words": shown.words,
        "position": shown.position or str(place),
        "time": shown.at.strftime(formats[0]),
    }
    return said | dict.fromkeys(("operator", "lot", "serial"), "virtual")


def _lines(results: Sequence[Shown], settings: object) -> list[dict[str, str]]:
    """Return the columns of each line and what stands in them."""
    places: Mapping[str, str] = getattr(settings, "columns", {})
    measured = getattr(settings, "measured", ())
    made: list[dict[str, str]] = []
    for group in _by_sample(results) if measured else [[shown] for shown in results]:
        said = _words(group[0], settings, 1)
        line = {column: said.get(name, "") for name, column in places.items() if name != "date"}
        for each in measured:
            line[each.column] = next((_words(shown, settings, 1)["value"] for shown in group if shown.test in (each.test, "")), "")
        made.append(line)
    return made
