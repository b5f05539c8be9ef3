"""What is read out of records and lines, as sent and without guessing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from drivers.core.profile import Profile
from drivers.core.reading import Reading, number
from drivers.virtual import Shown, compose

HEAD = "H|\\^&|||X\rP|1\rO|1|S-7||^^^AFB1\r"


def lis2(text: str, profiles: dict[str, Profile], encoding: str = "utf-8") -> tuple[Reading, ...]:
    return profiles["mycotoxin-reader-lis"].readings(text.encode(encoding), "reader 1")


@pytest.mark.parametrize(
    ("sent", "value", "comparator", "result"),
    [
        ("4.70", "4.70", None, None),
        ("<100", "100", "<", None),
        ("> 5", "5", ">", None),
        ("NEGATIVE", None, None, "NEGATIVE"),
        ("阴性", None, None, "阴性"),
        ("NOT DETECTED^", None, None, "NOT DETECTED"),
        ("^0.0", "0.0", None, None),
        ("POSITIVE^12.5", "12.5", None, "POSITIVE"),
        ("", None, None, None),
        ("4,7", None, None, "4,7"),
        ("<=5", None, None, "<=5"),
        ("NaN", None, None, "NaN"),
        ("1e3", "1000", None, None),
    ],
)
def test_value_as_sent(sent: str, value: str | None, comparator: str | None, result: str | None, profiles: dict[str, Profile]) -> None:
    (reading,) = lis2(f"{HEAD}R|1|^^^AFB1|{sent}|ug/kg||N||F\rL|1|N\r", profiles)
    line = reading.as_json()
    assert (line["value"], line["comparator"], line["result"]) == (value, comparator, result)
    assert (line["sample"], line["test"], line["unit"], line["instrument"]) == (
        "S-7",
        "aflatoxin-b1",
        "μg/kg",
        "reader 1",
    )


def test_json_has_every_key_and_no_other(profiles: dict[str, Profile]) -> None:
    (reading,) = lis2("R|1\r", profiles)
    assert list(reading.as_json()) == [
        "instrument", "sample", "test", "value", "comparator", "unit", "result", "stable", "status", "flags", "at",
        "received", "source",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("order", "result", "status"),
    [
        ("", "5|||N||F", "final"),
        ("", "5|||N||P", "preliminary"),
        ("", "5|||N||C", "corrected"),
        ("", "|||N||X", "failed"),
        ("", "NA|||A||F", "failed"),
        ("", "5|||N||?", "preliminary"),
        ("|||||||Q", "5|||N||F", "control"),
        ("|||||||||||CTRL-1", "5|||N||F", "control"),
        ("|||||||Q", "NA|||A||F", "failed"),
    ],
)
def test_status(order: str, result: str, status: str, profiles: dict[str, Profile]) -> None:
    (reading,) = lis2(f"H|\\^&\rO|1|S-7||^^^AFB1{order}\rR|1|^^^AFB1|{result}\r", profiles)
    assert reading.status == status


def test_each_result_has_the_sample_above_it(profiles: dict[str, Profile]) -> None:
    found = lis2("H|\\^&\rO|1|A\rR|1|^^^DON|1\rC|1|I|old strip|I\rO|2|B\rR|1|^^^DON|2\rP|2\rR|1|^^^DON|3\r", profiles)
    assert [(reading.sample, reading.text, reading.comment) for reading in found] == [
        ("A", "1", "old strip"),
        ("B", "2", ""),
        (None, "3", ""),
    ]


def test_delimiters_come_from_every_header_anew(profiles: dict[str, Profile]) -> None:
    found = lis2("H|@^\\\rO|1|A\rR|1|^^^DON|7|a\\S\\b\rH!`$~\rO!1!B\rR!1!$$$AFB1!8!x^y\r", profiles)
    assert [(reading.test, reading.text, reading.unit) for reading in found] == [
        ("deoxynivalenol", "7", "a^b"),
        ("aflatoxin-b1", "8", "x^y"),
    ]


def test_position_on_the_instrument_is_the_orders(profiles: dict[str, Profile]) -> None:
    found = lis2("H|\\^&\rO|1|A|3^7|^^^DON\rR|1|^^^DON|1\rO|2|B\rR|1|^^^DON|2\rO|3|C|4\rP|2\rR|1|^^^DON|3\r", profiles)
    assert [(reading.sample, reading.position) for reading in found] == [("A", "3^7"), ("B", None), (None, None)]


def test_padding_and_line_ends_are_no_part_of_a_record(profiles: dict[str, Profile]) -> None:
    (reading,) = lis2("\0\nH|\\^&\r\n\r\nO|1|A\0\0\r\0 R|1|^^^DON|7 \0\0\rL|1|N\0\r", profiles)
    assert (reading.sample, reading.text) == ("A", "7")


@pytest.mark.parametrize("shown", [
    Shown("S&1|2", "DON", "4.70", "10^9/L", datetime(2026, 2, 8, 14, 44), position="3^7"),
    Shown("S-1", "DON", "", "", datetime(2026, 2, 8, 14, 44), words="NOT DETECTED"),
    Shown("S-1", "DON", "<0.5", "mg/kg", datetime(2026, 2, 8, 14, 44), words="NEG\\"),
    Shown("C-1", "DON", "9", "mg/kg", datetime(2026, 2, 8, 14, 44), control=True),
], ids=["delimiters", "words", "both", "control"])  # fmt: skip
def test_what_an_instrument_shows_is_what_is_read(shown: Shown, profiles: dict[str, Profile]) -> None:
    profile = profiles["mycotoxin-reader-lis"]
    (message,) = compose(profile, [shown])
    (reading,) = profile.readings("\r".join(message).encode(), "reader 1")
    assert (reading.sample, reading.sent_test, reading.at) == (shown.sample, shown.test, shown.at)
    assert (reading.unit or "", reading.position or "", reading.result or "") == (shown.unit, shown.position, shown.words)
    assert reading.text == (shown.value or shown.words) and (reading.status == "control") is shown.control


@pytest.mark.parametrize("character", ["瑋", "鋅", "觀"])
def test_gbk_second_bytes_that_look_like_delimiters(character: str, profiles: dict[str, Profile]) -> None:
    """鋅 is E4 5C in GBK: splitting bytes would cut it."""
    assert character.encode("gbk")[1] in b"|\\^`@"
    (reading,) = lis2(f"H|\\^&\rO|1|玉米{character}1\rR|1|^^^DON|7\r", profiles, "gb18030")
    assert (reading.sample, reading.text) == (f"玉米{character}1", "7")


def test_unknown_escapes_stay_and_hex_is_read(profiles: dict[str, Profile]) -> None:
    (reading,) = lis2("H|\\^&\rO|1|A&Q&&X2D&7&H&b&N&\rR|1|^^^DON|7\r", profiles)
    assert reading.sample == "A&Q&-7b"


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("20260115093001", datetime(2026, 1, 15, 9, 30, 1)),
        ("202601150930", datetime(2026, 1, 15, 9, 30)),
        ("20260115", datetime(2026, 1, 15)),
        ("2026-W03", None),
        ("20260115240000", None),
        ("20261301", None),
        ("now", None),
    ],
)
def test_moment(stamp: str, at: datetime | None, profiles: dict[str, Profile]) -> None:
    (reading,) = lis2(f"{HEAD}R|1|^^^AFB1|4|||N||F||op||{stamp}\r", profiles)
    assert reading.at == at


def test_decimals_survive() -> None:
    assert str((number("7.10") or ("", ""))[1]) == "7.10"
    assert number("٣") is None, "digits are ASCII"
    assert number("<0.0100") == ("<", Decimal("0.0100"))


RIDA = ["Name:  wine", "ID:    W-1", "Type:  Sample", "TotSO2:103 mg/l", "Time:  14:44", "Date:  08-02-2026"]


def rida(lines: list[str], profiles: dict[str, Profile]) -> tuple[Reading, ...]:
    return profiles["rida-cube"].readings("\r\n".join([*lines, "", "", ""]).encode("latin-1"), "cube")


def test_rida_set(profiles: dict[str, Profile]) -> None:
    (reading,) = rida(RIDA, profiles)
    assert (reading.sample, reading.test, reading.value, reading.unit, reading.status) == (
        "W-1", "sulphur-dioxide", Decimal(103), "mg/L", "final",
    )  # fmt: skip


def test_rida_control_words_and_comparator(profiles: dict[str, Profile]) -> None:
    lines = ["ID:    C", "Type:  Control", "TotSO2:< 5 mg/l", "TotSO2:out of range"]
    low, words = rida(lines, profiles)
    assert (low.status, low.comparator, low.value, low.unit) == ("control", "<", Decimal(5), "mg/L")
    assert (words.value, words.result, words.unit) == (None, "out of range", None)


def test_two_sets_run_together_have_no_sample(profiles: dict[str, Profile]) -> None:
    """Whose value it is, nobody can tell."""
    second = [line.replace("W-1", "W-2") for line in RIDA]
    assert [reading.sample for reading in rida(RIDA + second, profiles)] == [None, None]
