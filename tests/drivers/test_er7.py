"""What is read out of HL7 segments, as sent and without guessing."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import Trouble
from drivers.codecs.er7 import Er7Settings, readings, segments
from drivers.core.profile import Profile, of_text
from drivers.core.reading import Reading
from drivers.virtual import Shown, compose
from tests.turns import turns

HEAD = "MSH|^~\\&|X|Y|||20260115150421||ORU^R01|1|P|2.4\r"
ORDER = "OBR|1|O-2|S-7|1^Toxins|||20260115150001\r"


def read(text: str, encoding: str = "auto", written: str = "utf-8", **quirks: str) -> list[Reading]:
    return readings(text.encode(written), encoding, Er7Settings(**quirks))


def one(obx: str, **quirks: str) -> Reading:
    """The reading of one OBX, written from OBX-2 on."""
    (found,) = read(f"{HEAD}{ORDER}OBX|1|{obx}\r", **quirks)
    return found


# -- values ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "text", "value", "comparator"),
    [
        ("NM|T||4.70", "4.70", "4.70", None),
        ("NM|T||<100", "<100", "100", "<"),
        ("NM|T||4.7^", "4.7", "4.7", None),
        ("ST|T||> 5", "> 5", "5", ">"),
        ("ST|T||POSITIVE", "POSITIVE", None, None),
        ("ST|T||阴性", "阴性", None, None),
        ("NM|T||4,7", "4,7", None, None),
        ("NM|T||4.7~5.2", "4.7~5.2", None, None),
        ("NM|T||<^5", "<^5", None, None),
        ("NM|T||NaN", "NaN", None, None),
        ("NM|T||", "", None, None),
        ('NM|T||""', "", None, None),
        ("SN|T||>^100", ">100", "100", ">"),
        ("SN|T||<^0.50^", "<0.50", "0.50", "<"),
        ("SN|T||^12.0", "12.0", "12.0", None),
        ("SN|T||=^5", "=5", "5", None),
        ("SN|T||>=^5", ">=5", None, None),
        ("SN|T||<>^5", "<>5", None, None),
        ("SN|T||^1^:^128", "1:128", None, None),
        ("SN|T||^1:^128", "1:128", None, None),
        ("SN|T||^10^-^20", "10-20", None, None),
        ("SN|T||^1^+", "1+", None, None),
        ("SN|T||^1^.^5", "1.5", None, None),
        ("SN|T||^1^^5", "15", None, None),
        ("SN|T||1^5", "15", None, None),
    ],
)
def test_value_as_sent(sent: str, text: str, value: str | None, comparator: str | None) -> None:
    found = one(sent)
    assert (found.text, found.value and str(found.value), found.comparator) == (text, value, comparator)
    assert found.result == (None if value else text or None)


@pytest.mark.parametrize("kind", ["IS", "ED", "TX", "CE", "FT", "", "nm"])
def test_other_rows_are_no_readings(kind: str) -> None:
    assert read(f"{HEAD}{ORDER}OBX|1|{kind}|T||5\r") == []


def test_the_profile_says_which_rows_are_results() -> None:
    assert one("CE|T||7", value_types="CE").value == Decimal(7)
    assert read(f"{HEAD}{ORDER}OBX|1|NM|T||5\r", value_types="CE") == []


@pytest.mark.parametrize(
    ("test", "code"),
    [("AFB1^Aflatoxin B1", "AFB1"), ("^^^WBC^WHITE BLOOD CELL", "WBC"), ("6690-2^WBC^LN", "6690-2"), ("01001^^^99MRC", "01001"), ("", None), ("^x", None)],
)
def test_code_of_the_test(test: str, code: str | None) -> None:
    assert one(f"NM|{test}||5").test == code


def test_unit_flags_operator_and_instrument_as_sent() -> None:
    found = one("NM|T||5|10*9/L^^UCUM|0-20|~N~H||||F||||op7^Li||R-1^x")
    assert (found.unit, found.flags, found.operator, found.serial) == ("10*9/L", ("H",), "op7", "R-1")


@pytest.mark.parametrize(
    ("letter", "status"),
    [
        ("F", "final"), ("", "final"), ("U", "final"), ("P", "preliminary"), ("R", "preliminary"), ("?", "preliminary"),
        ("C", "corrected"), ("X", "failed"), ("D", "failed"), ("W", "failed"),
    ],
)  # fmt: skip
def test_status(letter: str, status: str) -> None:
    assert one(f"NM|T||5||||||{letter}").status == status


@pytest.mark.parametrize(
    ("header", "obx_status", "status"),
    [
        ("ORU^R01|1|P^LJ", "F", "control"),
        ("ORU^R01|1|P^XB", "P", "control"),
        ("OUL^R21|1|P", "F", "control"),
        ("OUL^R21^OUL_R21|1|P", "F", "control"),
        ("OUL^R21|1|P^LJ", "X", "failed"),
        ("ORU^R01|1|P^S", "F", "final"),
        ("OUL^R22|1|P", "F", "final"),
        ("ORU^R01|1|LJ", "F", "final"),
    ],
)
def test_controls(header: str, obx_status: str, status: str) -> None:
    (found,) = read(f"MSH|^~\\&|X|Y|||||{header}|2.4\r{ORDER}OBX|1|NM|T||5||||||{obx_status}\r")
    assert found.status == status


def test_the_profile_says_what_a_control_is() -> None:
    text = f"MSH|^~\\&|X|Y|||||OUL^R21|1|P^QQ|2.4\r{ORDER}OBX|1|NM|T||5||||||F\r"
    assert read(text, control_messages="", control_modes="")[0].status == "final"
    assert read(text, control_messages="", control_modes="AA QQ")[0].status == "control"


# -- whose -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pid", "obr", "fields", "sample"),
    [
        ("P-1", "OBR|1|O-2|S-3", "OBR-3 OBR-2 PID-3", "S-3"),
        ("P-1", "OBR|1|O-2|", "OBR-3 OBR-2 PID-3", "O-2"),
        ("P-1^^^^MR", "OBR|1||", "OBR-3 OBR-2 PID-3", "P-1"),
        ("P-1", 'OBR|1|""|""', "OBR-3 OBR-2", None),
        ("P-1", "OBR|1|O-2|S-3^lab^x&y", "OBR-3.2", "lab"),
        ("P-1", "OBR|1|O-2|S-3^lab^x&y", "OBR-3.3.2", "y"),
        ("P-1", "OBR|1|O-2|S-3~S-4", "OBR-3", "S-3"),
        ("P-1", "OBR|1|O-2", "OBR-3.2 PID-3", "P-1"),
        ("", "OBR", "OBR-3 PID-3", None),
    ],
)
def test_sample_from_the_fields_the_profile_lists(pid: str, obr: str, fields: str, sample: str | None) -> None:
    (found,) = read(f"{HEAD}PID|1||{pid}\r{obr}\rOBX|1|NM|T||5\r", sample_fields=fields)
    assert found.sample == sample


def test_each_result_has_the_sample_above_it() -> None:
    text = (
        f"{HEAD}PID|1||A\rOBR|1||S-1\rOBX|1|NM|T||1\rOBR|2\rOBX|1|NM|T||2\rOBR|3||S-2\rPID|2||B\rOBX|1|NM|T||3\r"
        f"OBR|1||S-4\rOBX|1|NM|T||4\r{HEAD}OBX|1|NM|T||5\r"
    )  # fmt: skip
    assert [(found.text, found.sample) for found in read(text)] == [("1", "S-1"), ("2", "A"), ("3", "B"), ("4", "S-4"), ("5", None)]


def test_a_specimen_is_above_its_results_in_oul_and_below_them_in_oru() -> None:
    body = "SPM|1|S-1&ns^x|||||||||Q\rOBR|1\rOBX|1|NM|T||1||||||F\rSPM|2|S-2&ns\rOBR|1\rOBX|1|NM|T||2||||||F\r"
    oul = read(f"MSH|^~\\&|X|Y|||||OUL^R22|1|P|2.5.1\r{body}", sample_fields="SPM-2.1.1")
    assert [(found.sample, found.status) for found in oul] == [("S-1", "control"), ("S-2", "final")]
    assert [found.sample for found in read(f"{HEAD}{body}", sample_fields="SPM-2.1.1")] == [None, None]


def test_only_messages_of_results_bring_readings() -> None:
    body = f"{ORDER}OBX|1|NM|T||5\r"
    for kind, count in (("ORU^R01", 1), ("OUL^R22", 1), ("", 1), ("ORM^O01", 0), ("ACK^R01", 0), ("QRY^Q02", 0)):
        assert len(read(f"MSH|^~\\&|X|Y|||||{kind}|1|P|2.4\r{body}")) == count
    assert len(read(body)) == 1, "no header at all"


def test_a_note_below_a_result_is_its_comment() -> None:
    text = f"{HEAD}NTE|1||no\r{ORDER}NTE|1||no\rOBX|1|NM|T||5\rNTE|1|L|old strip~lot 3\rNTE|2||dust\rOBX|2|IS|M||x\rNTE|1||no\rOBX|3|NM|T||6\r"
    assert [(found.text, found.comment) for found in read(text)] == [("5", "old strip\nlot 3\ndust"), ("6", "")]


@pytest.mark.parametrize(
    ("obr", "obx", "at"),
    [
        ("20260115150001", "20260116093001", datetime(2026, 1, 16, 9, 30, 1)),
        ("20260115150001", "", datetime(2026, 1, 15, 15, 0, 1)),
        ("", "", datetime(2026, 1, 17, 8, 0)),
        ("20261301", "", datetime(2026, 1, 17, 8, 0)),
        ("20260115", "now", datetime(2026, 1, 15)),
        ("202601151500+0800", "", datetime(2026, 1, 15, 15, 0)),
        ("20260115150001.25-0500", "", datetime(2026, 1, 15, 15, 0, 1, 250000)),
        ("20260115150001^S", "", datetime(2026, 1, 15, 15, 0, 1)),
    ],
)
def test_moment(obr: str, obx: str, at: datetime) -> None:
    """The instrument's own words, whatever zone it adds; OBR-22 is filled here always."""
    (found,) = read(f"{HEAD}OBR|1||S||||{obr}{'|' * 15}202601170800\rOBX|1|NM|T||5{'|' * 9}{obx}\r")
    assert found.at == at


# -- text --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f", "a|b^c&d~e\\f"),
        ("a\\X2D\\b\\X4142\\", "a-bAB"),
        ("a\\.br\\b", "a\nb"),
        ("\\H\\a\\N\\", "a"),
        ("a\\Q\\b\\X2\\c\\", "a\\Q\\b\\X2\\c\\"),
        ("a\\F", "a\\F"),
    ],
)
def test_escapes_are_resolved_and_unknown_ones_stay(sent: str, text: str) -> None:
    assert one(f"ST|T||{sent}").text == text


def test_hex_escapes_are_in_the_encoding_of_the_message() -> None:
    (found,) = read(f"{HEAD}PID|||||玉米\r{ORDER}OBX|1|ST|T||\\XD2F5\\\r", written="gbk")
    assert found.text == "阴"


def test_delimiters_come_from_the_header() -> None:
    (first, second) = read("MSH#*!$%#X#Y#####ORU*R01#1#P#2.4\rOBR#1##A|1\rOBX#1#SN#***T##>*5#a$F$b^c#####F\r" + HEAD + ORDER + "OBX|1|NM|T||6|a#b\r")
    assert (first.sample, first.test, first.text, first.unit) == ("A|1", "T", ">5", "a#b^c")
    assert (second.sample, second.text, second.unit) == ("S-7", "6", "a#b")


@pytest.mark.parametrize("marks", ["^", "", "^^^^", "^~\\&#"])
def test_delimiters_that_are_missing_or_doubled_are_the_usual_ones(marks: str) -> None:
    (found,) = read(f"MSH|{marks}|X|Y|||||ORU^R01|1|P|2.4\r{ORDER}OBX|1|NM|^^^T~u||5|a\\F\\b\r")
    assert (found.test, found.unit) == ("T", "a|b")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r\r", " \0\r\0"])
def test_segments_may_end_otherwise(ends: str) -> None:
    found = read(f"\r\n{HEAD}{ORDER}OBX|1|NM|T||5|x|\rOBX|2|NM|U||6||\r".replace("\r", ends))
    assert [(each.sample, each.test, each.text) for each in found] == [("S-7", "T", "5"), ("S-7", "U", "6")]


@pytest.mark.parametrize("character", ["瑋", "鋅", "觀"])
def test_gbk_second_bytes_that_look_like_delimiters_whatever_msh_18_says(character: str) -> None:
    """鋅 is E4 5C in GBK: splitting bytes would cut it."""
    assert character.encode("gbk")[1] in b"|\\^"
    head = HEAD.replace("2.4\r", "2.4||||||TUF-8\r")
    (found,) = read(f"{head}PID|1||||{character}\rOBR|1||玉米{character}1\rOBX|1|NM|T||7\r", written="gbk")
    assert (found.sample, found.text) == (f"玉米{character}1", "7")


def test_a_picture_of_64_kb_costs_nothing() -> None:
    picture = base64.b64encode(bytes(range(256)) * 192).decode()
    assert len(picture) == 65_536
    text = f"{HEAD}{ORDER}" + f"OBX|1|ED|H||^Image^BMP^Base64^{picture}\r" * 8 + "OBX|9|NM|T||5\r"
    assert [found.text for found in read(text)] == ["5"]
    assert turns(lambda: read(text)) < 2 * len(text)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [HEAD.encode(), ORDER.encode(), b"OBX|1|NM|T||5\r", b"OBX|1|SN|^^^T|", b"|", b"^", b"\\", b"~", b"\r", b"MSH", b"NTE|1||", b"SPM|"]
            ),
            st.binary(max_size=12),
        ),
        max_size=20,
    ),
    st.sampled_from(["auto", "latin-1", "gb18030", "utf-8"]),
)
def test_any_bytes(parts: list[bytes], encoding: str) -> None:
    for found in readings(b"".join(parts), encoding, Er7Settings(sample_fields="SPM-2.1.1 OBR-3 PID-3.4")):
        assert found.value is None or found.value.is_finite()


# -- settings, oracle --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quirk", ["sample_fields = 'OBR-3 SN-1'", "test_fields = 'OBX-0'", "moment_fields = 'OBX14'"])
def test_a_place_that_cannot_be_is_refused(quirk: str) -> None:
    text = (Path(__file__).parents[2] / "resources" / "instruments" / "fluorescence-reader-hl7.toml").read_text("utf-8")
    text = text.replace('sample_fields = "OBR-3 OBR-2 PID-3"', quirk)
    with pytest.raises(Trouble) as caught:
        of_text(text, Path("x.toml"))
    assert (caught.value.code, caught.value.facts["key"]) == ("profile-unknown-value", f"quirks.{quirk.partition(' ')[0]}")


def test_what_the_virtual_instrument_shows_is_read(profiles: dict[str, Profile]) -> None:
    profile, at = profiles["fluorescence-reader-hl7"], datetime(2026, 2, 8, 14, 44)
    shown = [Shown("A|^~\\&1", "DON", "<100", "ug/kg", at), Shown("A|^~\\&1", "X&Y", "", "", at, words="阳性|+")]
    (message,) = compose(profile, shown)
    number, words = profile.readings("\r".join(message).encode(), "reader")
    assert (number.sample, number.test, number.text, number.unit, number.at) == ("A|^~\\&1", "deoxynivalenol", "<100", "μg/kg", at)
    assert (words.sample, words.test, words.value, words.result) == ("A|^~\\&1", "X&Y", None, "阳性|+")


def test_python_hl7_splits_the_worked_examples_the_same(example: Callable[[str], dict[str, Any]]) -> None:
    """An independent reader, on well-formed messages: every field of every segment."""
    hl7 = pytest.importorskip("hl7")
    for case in example("hl7_public")["cases"][:3]:
        text = bytes.fromhex(case["hex"])[1:-2].decode()
        theirs = hl7.parse(text)
        assert segments(text) == [[str(field) for field in segment] for segment in theirs]
