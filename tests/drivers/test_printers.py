"""Label printers: a label as bytes, nothing in which breaks out of its field; and what the printer says of itself."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.core.form import Wrong
from drivers.core.link import Done, Event, Message, Quarantine, Send, Warn
from drivers.core.profile import Profile
from drivers.links.printer import CONDITIONS, PrinterLink, PrinterSettings
from drivers.printers import LANGUAGES, Label, label, lines
from drivers.virtual import Device, device

CORN = Label(("玉米", "快检 · 2026-02-08"), "S2026-001")

COMMANDS = {"zpl": re.compile(rb"[\^~]([A-Z0-9]{1,2})"), "tspl": re.compile(rb"(?m)^([A-Z]+)")}
EXPECTED = {
    "zpl": ["XA", "CI", "PW", "LL", "LH", "FO", "BY", "BC", "FH", "FD", "FS", "PQ", "XZ"],
    "tspl": ["SIZE", "GAP", "CLS", "BARCODE", "PRINT"],
}
"""The commands of a label without text."""
HOSTILE = [
    "^XZ",
    "^XZ^XA^FDother^FS",
    "~HS",
    "~JR",
    "_5E",
    '"',
    '"\r\nPRINT 99\r\n',
    "\x1b!?",
    "\x1b!R",
    '\\["]',
    "\\",
    "\\[R]",
    "^",
    "_",
    "\n",
    "\0",
    "\u2028",
    "\ud800",
    "\x85",
]
names = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=6)), max_size=8).map("".join)


def unescaped(field: str) -> str:
    """Return what ^FH makes of a field: an underscore and two digits are a byte (ZPL II Programming Guide, ^FH)."""
    return re.sub(r"_([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), field)


def test_a_label_in_zpl() -> None:
    """50 x 30 mm at 203 dpi: 400 x 240 dots. 11 modules each for start, nine characters and check, 13 for stop: 134 + 20 white, at 2 dots."""
    assert label("zpl", CORN).decode("utf-8").split("\r\n") == [
        "^XA", "^CI28", "^PW400", "^LL240", "^LH0,0",
        "^FO16,16^A0N,24,24^FH^FD玉米^FS",
        "^FO16,48^A0N,24,24^FH^FD快检 · 2026-02-08^FS",
        "^FO66,80^BY2^BCN,112,Y,N,N^FH^FD>:S2026-001^FS",
        "^PQ1", "^XZ", "",
    ]  # fmt: skip


def test_a_label_in_tspl() -> None:
    assert label("tspl", replace(CORN, copies=3)).decode("gbk").split("\r\n") == [
        "SIZE 50 mm,30 mm", "GAP 2 mm,0 mm", "CLS",
        'TEXT 16,16,"TSS24.BF2",0,1,1,"玉米"',
        'TEXT 16,48,"TSS24.BF2",0,1,1,"快检 · 2026-02-08"',
        'BARCODE 66,80,"128",112,1,0,2,2,"S2026-001"',
        "PRINT 3", "",
    ]  # fmt: skip


def test_a_square_code() -> None:
    """Nine bytes fit in version 1 with correction M: 21 modules and 4 white on each side, 29; 240 - 2 x 16 - 64 = 144 dots: 4 a module."""
    square = replace(CORN, kind="qr", font="E:SIMSUN.FNT")
    assert "^FO32,96^BQN,2,4^FH^FDMA,S2026-001^FS" in lines("zpl", square)
    assert "^FO16,16^A@N,24,24,E:SIMSUN.FNT^FH^FD玉米^FS" in lines("zpl", square)
    assert 'QRCODE 32,96,M,4,A,0,"S2026-001"' in lines("tspl", square)


def test_signs_that_are_commands() -> None:
    assert "^FH^FDa_5Eb_7Ec_5Fd^FS" in lines("zpl", Label(("a^b~c_d",), "1"))[5]
    # Table 6 of the guide: >< is the caret, >0 the greater-than sign, >= the tilde of subset B.
    assert lines("zpl", Label((), "a^>~_b"))[5].endswith("^FH^FD>:a><>0>=_5Fb^FS")
    assert lines("tspl", Label(('a"b\\c~d',), "1"))[3].endswith('"a＂b＼c～d"')
    assert lines("tspl", Label((), 'a"b'))[3].endswith('"a\\["]b"')
    with pytest.raises(ValueError, match="code"):
        lines("tspl", Label((), "a\\[R]b"))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(names, max_size=3), st.sampled_from(["code128", "qr"]), st.sampled_from([203, 300, 600]), st.sampled_from(["", "E:SIMSUN.FNT"]))
def test_no_name_breaks_out(text: list[str], kind: str, dpi: int, font: str) -> None:
    what = Label(tuple(text), "S-1", kind, 1, 50, 30, dpi, font)  # type: ignore[arg-type]
    zpl, tspl = label("zpl", what), label("tspl", what)
    written = lines("zpl", what)
    fields = [line.partition("^FD")[2].removesuffix("^FS") for line in written if "^FD" in line]
    assert zpl.count(b"^XA") == zpl.count(b"^XZ") == 1 and b"~" not in zpl
    assert not any(set(field) & set("^~\r\n\x1b") for field in fields)
    assert [found.decode() for found in COMMANDS["zpl"].findall(zpl) if found in (b"XA", b"XZ", b"PQ", b"BC", b"BQ")] == [
        "XA",
        "BC" if kind == "code128" else "BQ",
        "PQ",
        "XZ",
    ]
    kept = {unescaped(field)[:30] for field in fields[:-1]}
    assert all(line.strip()[:30] in kept for line in text if line.isascii() and line.isprintable() and line.strip()), "what can be printed is printed"
    rows = tspl.decode("gbk").split("\r\n")
    assert b"\x1b" not in tspl and [row.split(" ")[0] for row in rows] == [
        "SIZE",
        "GAP",
        "CLS",
        *["TEXT"] * (len(rows) - 6),
        "BARCODE" if kind == "code128" else "QRCODE",
        "PRINT",
        "",
    ]
    assert all(re.fullmatch(r'TEXT \d+,\d+,"TSS24\.BF2",0,\d,\d,"[^"\\]*"', row) for row in rows[3:-3])
    assert all(len(row.encode("gbk")) < 2048 for row in rows), "an expression may have 2048 bytes"


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=14), st.sampled_from(["code128", "qr"]))
def test_no_code_breaks_out(code: str, kind: str) -> None:
    what = Label((), code, kind)  # type: ignore[arg-type]
    field = lines("zpl", what)[5].partition("^FD")[2].removesuffix("^FS")
    assert not set(field) & set("^~")
    back = unescaped(field)
    said = (
        re.sub(">([<0=])", lambda found: {"<": "^", "0": ">", "=": "~"}[found[1]], back.removeprefix(">:")) if kind == "code128" else back.removeprefix("MA,")
    )
    assert said == code
    if "\\" not in code:
        content = re.fullmatch(r'(?:BARCODE|QRCODE) .*?,0,(?:\d+,\d+,)?"(.*)"', lines("tspl", what)[3])
        assert content is not None and content[1].replace('\\["]', "\0").count('"') == 0
        assert content[1].replace('\\["]', '"') == code


def test_a_long_line_is_cut_at_the_edge() -> None:
    """400 - 32 dots: 30 Latin letters of 12 dots or 15 Chinese characters of 24."""
    assert lines("tspl", Label(("x" * 99,), "1"))[3].endswith(f'"{"x" * 30}"')
    assert lines("tspl", Label(("样" * 99,), "1"))[3].endswith(f'"{"样" * 15}"')


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": ""}, "code"), ({"code": "é"}, "code"), ({"code": "a\nb"}, "code"), ({"code": "x" * 65}, "code"), ({"kind": "ean"}, "kind"),
        ({"copies": 0}, "copies"), ({"copies": 1000}, "copies"), ({"width_mm": 5}, "width_mm"), ({"height_mm": 999}, "height_mm"), ({"dpi": 72}, "dpi"),
        ({"font": "E:X.FNT^XZ"}, "font"),
    ],
)  # fmt: skip
def test_a_label_that_cannot_be_names_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}$"):
        replace(CORN, **changes)


def test_what_has_no_room_is_refused_and_not_cut() -> None:
    with pytest.raises(ValueError, match=r"^lines$"):
        lines("zpl", replace(CORN, lines=("x",) * 5))
    # 11 x 31 + 35 + 20 = 396 modules are the most that 400 dots hold.
    assert "^BY1^" in lines("zpl", Label((), "x" * 31))[5]
    with pytest.raises(ValueError, match=r"^code$"):
        lines("zpl", Label((), "x" * 32))


# -- the link ----------------------------------------------------------------------------------------------------------


def talk(link: PrinterLink, instrument: Device, records: list[str], now: float = 0.0) -> list[Event]:
    events = link.submit(records, now)[1]
    for event in [each for each in events if isinstance(each, Send)]:
        events += [heard for part in instrument.feed(event.data, now) for heard in link.feed(part, now)]
    return events


@pytest.mark.parametrize("language", ["zpl", "tspl"])
@pytest.mark.parametrize("fault", [None, "split"])
@pytest.mark.parametrize("wrong", [(), ("paper-out",), ("head-open",), ("paused",), ("ribbon-out",), CONDITIONS])
def test_labels_are_printed_and_the_condition_is_told(language: str, fault: str | None, wrong: tuple[str, ...], profiles: dict[str, Profile]) -> None:
    profile = profiles[f"label-{language}"]
    instrument = device(profile, fault)
    instrument.conditions |= set(wrong)  # type: ignore[attr-defined]
    link = profile.new_link(asks=True)
    assert isinstance(link, PrinterLink)
    what = Label(("甲 ^XZ~HS\x1b!?",), "S-1")
    for turn in (1, 2):
        events = talk(link, instrument, lines(language, what), float(turn))
        assert Done(turn) in events
        assert sorted(event.code for event in events if isinstance(event, Warn)) == sorted(wrong)
        assert link.next_deadline() is None
    assert [printed.rstrip() for printed in instrument.printed] == [label(language, what).rstrip()] * 2  # type: ignore[attr-defined]
    assert link.counts.noise == 0 and link.counts.silences == 0


def test_the_encoding_is_the_language_s(profiles: dict[str, Profile]) -> None:
    for language, spoken in LANGUAGES.items():
        assert profiles[f"label-{language}"].encoding == spoken.encoding
        sent = profiles[f"label-{language}"].new_link().submit(lines(language, CORN), 0.0)[1]
        assert sent == [Send(label(language, CORN)), Done(1)], "asked only where the profile says so"


@pytest.mark.parametrize("fault", ["silence", "drop"])
@pytest.mark.parametrize("language", ["zpl", "tspl"])
def test_a_printer_that_does_not_answer(fault: str, language: str, profiles: dict[str, Profile]) -> None:
    profile = profiles[f"label-{language}"]
    link, instrument = profile.new_link(asks=True), device(profile, fault)
    assert isinstance(link, PrinterLink)
    events = talk(link, instrument, lines(language, CORN))
    if fault == "drop" and language == "zpl":
        # The last byte is a line end: the answer is whole without it.
        assert link.next_deadline() is None
        return
    assert link.next_deadline() == 3.0 and Done(1) in events
    assert link.poll(2.9) == [] and link.poll(3.0) == [Warn("no-answer")] and link.poll(9.0) == []
    assert link.counts.silences == 1
    assert [event for event in talk(link, device(profile), lines(language, CORN), 9.0) if isinstance(event, Warn)] == []


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from([b"\x02", b"\x03", b"\r\n", b"1,1,1,1,1", b"\x02030,1,0\x03\r\n", bytes(300)]), st.binary(max_size=9)), max_size=20),
    st.sampled_from(["zpl", "tspl"]),
    st.booleans(),
)
def test_the_link_survives_anything(heard: list[bytes], language: str, asks: bool) -> None:
    def play(parts: list[bytes]) -> tuple[list[Event], object]:
        link = PrinterLink(PrinterSettings(language=language, asks=asks))  # type: ignore[arg-type]
        link.submit(["x"], 0.0)
        events = [event for part in parts for event in link.feed(part, 0.0)]
        assert len(link._heard) <= 256
        link.abort()
        return events, link.counts

    whole = play([b"".join(heard)])
    assert not any(isinstance(event, Message | Quarantine) for event in whole[0])
    assert {event.code for event in whole[0] if isinstance(event, Warn)} <= set(CONDITIONS)
    assert play([bytes((byte,)) for byte in b"".join(heard)])[0] == whole[0], "any split gives the same"
    with pytest.raises(Wrong):
        PrinterSettings(answer_s=0.0)
