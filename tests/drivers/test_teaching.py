"""Teach mode: marks on one message give a rule that finds the same in others, and a profile that reads as the rule does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from drivers import Trouble
from drivers.core.profile import Serial, of_text
from drivers.links.lines import LinesSettings
from drivers.links.ticket import TicketSettings
from drivers.stored import decode
from drivers.teaching import CODES, Mark, Rule, Unclear, profile_text, proposed, tried
from drivers.virtual import Shown, compose, device

TICKET = "黄曲霉毒素B1检测报告\r\n样品编号：{sample}\r\n样品名称：玉米\r\n检测结果：{value} {unit}\r\n结论：{words}\r\n检测时间：{time}\r\n仪器：读卡仪\r\n"
TABLE = "农残检测报告\r\n时间：{time}\r\n通道 样品编号 抑制率 结果\r\n----\r\n1 {sample} {value}{unit} {words}\r\n"
BARE = "{sample}\r\n{value} {unit}\r\n{time}\r\n"
LINE = "{sample},玉米,{value},{unit},{words},{time}\r\n"
BLANKS = "7  {sample}   {value} {words}\r\n"
WORDS = {"sample": "GR26-117", "value": "4.70", "unit": "μg/kg", "words": "合格", "time": "2026-01-15 09:30:01"}
SHAPES = {"ticket": TICKET, "table": TABLE, "bare": BARE, "line": LINE, "blanks": BLANKS}


def message(shape: str, **said: str) -> tuple[str, list[Mark]]:
    """Return the message of *shape* and a mark on everything in it."""
    text, marks = "", []
    for part in shape.replace("}", "{").split("{"):
        if part in WORDS:
            marks.append(Mark(part, len(text), len(text) + len((WORDS | said)[part])))
            text += (WORDS | said)[part]
        else:
            text += part
    return text, marks


def taught(shape: str, *fields: str) -> Rule:
    text, marks = message(shape)
    return proposed(text, [mark for mark in marks if not fields or mark.field in fields])


OTHER = {"sample": "S/9", "value": "<0.05", "unit": "mg/kg", "words": "不合格", "time": "2025-12-31 23:59:59"}


@pytest.mark.parametrize(
    ("name", "codec"), [("ticket", "template"), ("table", "template"), ("bare", "template"), ("line", "delimited"), ("blanks", "delimited")]
)
def test_what_is_marked_once_is_found_in_another(name: str, codec: str) -> None:
    rule = taught(SHAPES[name])
    assert rule.codec == codec
    for said in (WORDS, OTHER):
        (reading,) = rule.readings(message(SHAPES[name], **said)[0])
        assert (reading.sample, reading.text, reading.flags) == (said["sample"], said["value"], ())
        assert reading.value is not None
        for field, found in (("unit", reading.unit), ("words", reading.result), ("time", reading.at and f"{reading.at}")):
            assert found == (said[field] if "{" + field + "}" in SHAPES[name] else None)


def test_only_what_is_marked_is_read() -> None:
    (reading,) = taught(TICKET, "sample", "value").readings(message(TICKET)[0])
    assert (reading.unit, reading.result, reading.at) == (None, None, None)


def test_a_verdict_alone_is_enough() -> None:
    (reading,) = taught(TICKET, "sample", "words").readings(message(TICKET, **OTHER)[0])
    assert (reading.value, reading.result, reading.flags) == (None, "不合格", ())


def test_a_line_of_fixed_columns() -> None:
    """The name has a blank: columns by blanks would count wrong."""
    text, line = "GR26-117  yellow maize    13.20 ok\r\n", "GR26-9    rice           113.20 ok\r\n"
    marks = [Mark("sample", 0, 8), Mark("test", 10, 22), Mark("value", 26, 31)]
    rule = proposed(text, marks)
    (reading,) = rule.readings(line)
    assert (rule.codec, reading.sample, reading.test, str(reading.value)) == ("columns", "GR26-9", "rice", "113.20")


def test_all_rows_of_a_table_are_read() -> None:
    text, marks = message(TABLE)
    readings = proposed(text, marks).readings(text + "2 S-2 63.0μg/kg 不合格\r\n")
    assert [(each.sample, str(each.value), each.result) for each in readings] == [("GR26-117", "4.70", "合格"), ("S-2", "63.0", "不合格")]


@pytest.mark.parametrize("shape", [TICKET, TABLE])
def test_paper_that_leaves_upside_down(shape: str) -> None:
    text, _ = message(shape)
    turned = "\r\n".join(reversed(text.split("\r\n")))
    marks = [Mark(field, turned.index(WORDS[field]), turned.index(WORDS[field]) + len(WORDS[field])) for field in ("sample", "value", "words")]
    rule = proposed(turned, marks, direction="up")
    assert rule.settings.direction == "up"
    (reading,) = rule.readings(turned)
    assert (reading.sample, reading.text, reading.result) == ("GR26-117", "4.70", "合格")


def test_tried_on_earlier_messages() -> None:
    rule = taught(TICKET)
    whole, without, foreign = message(TICKET, **OTHER)[0], message(TICKET, value="--")[0], "打印机自检\r\n"
    found = tried(rule, [whole, without, foreign])
    assert [each.text for each in found] == [whole, without, foreign]
    assert [each.complete for each in found] == [True, False, False]
    assert str(found[0].readings[0].value) == "0.05"
    assert all(reading.value is None for each in found[1:] for reading in each.readings)


def at(text: str, part: str, field: str) -> Mark:
    return Mark(field, text.index(part), text.index(part) + len(part))


@pytest.mark.parametrize(
    ("text", "marks", "code"),
    [
        ("样品：S-1\n结果：5", [("S-1", "sample")], "nothing-marked"),
        ("样品：S-1\n结果：5", [(" ", "value")], "nothing-marked"),
        ("样品：S-1\n结果：5", [("1\n结", "value")], "nothing-marked"),
        ("样品：S-1\n结果：5", [("5", "colour"), ("5", "value")], "marks-conflict"),
        ("样品：S-1\n结果：5", [("S-1", "sample"), ("-1", "value")], "marks-conflict"),
        ("样品：S-1\n结果：5", [("5", "value"), ("1", "value")], "marks-conflict"),
        ("样品：S-1\n结果：4,7", [("4,7", "value")], "not-a-number"),
        ("样品：S-1\n结果：阴性", [("阴性", "value")], "not-a-number"),
        ("结果：5\n05-06-2026 10:00", [("5", "value"), ("05-06-2026 10:00", "time")], "time-unknown"),
        ("结果：5\n05-05-2026 10:00", [("5", "value"), ("05-05-2026 10:00", "time")], "time-unknown"),
        ("结果：5\n今天", [("5", "value"), ("今天", "time")], "time-unknown"),
        ("结果：4.75\n", [("4.7", "value")], "not-distinct"),
        ("结果：4.7\n结果：5.1\n", [("4.7", "value")], "not-distinct"),
        ("x" * 200 + "：4.7\nb", [("4.7", "value")], "not-distinct"),
    ],
)
def test_unclear_marks_are_asked_about(text: str, marks: list[tuple[str, str]], code: str) -> None:
    assert code in CODES
    with pytest.raises(Unclear) as caught:
        proposed(text, [at(text, part, field) if part in text else Mark(field, 0, 0) for part, field in marks])
    assert caught.value.code == code


def test_the_decimal_sign_is_the_persons_word() -> None:
    text = "样品：S-1\n结果：4,7"
    rule = proposed(text, [at(text, "S-1", "sample"), at(text, "4,7", "value")], decimal=",")
    assert str(rule.readings(text)[0].value) == "4.7"


def test_a_day_after_the_twelfth_tells_the_order() -> None:
    text = "结果：5\n15-06-2026 10:00"
    assert proposed(text, [at(text, "5", "value"), at(text, "15-06-2026 10:00", "time")]).readings(text)[0].at == datetime(2026, 6, 15, 10)


HEAD = {"name": "taught-1", "maker": "某厂", "model": 'X "2"', "title": {"zh": "读数仪", "en": "reader"}}
SERIAL = Serial(baudrate=4800, bytesize=7, parity="E")


def test_a_profile_is_whole_and_simulated_in_the_words_of_the_ticket() -> None:
    text = profile_text(
        taught(TICKET),
        **HEAD,  # type: ignore[arg-type]
        link="ticket",
        link_settings=TicketSettings(idle_s=2.5, first_line="检测报告"),
        encoding="gb18030",
        serial=SERIAL,
        tests={"黄曲霉毒素B1": "aflatoxin-b1"},
        units={"μg/kg": "μg/kg"},
        words={"合格": "negative", "不合格": "positive"},
    )
    profile = of_text(text, Path("taught-1.toml"))
    assert (profile.name, profile.model, profile.serial, profile.link_settings.idle_s) == ("taught-1", 'X "2"', SERIAL, 2.5)
    assert profile.codec_settings == taught(TICKET).settings and profile.words["不合格"] == "positive"
    shown = Shown("S-7", "", "0.30", "μg/kg", datetime(2026, 2, 8, 14, 44, 7), words="不合格")
    instrument = device(profile)
    instrument.send(compose(profile, [shown]))
    (reading,) = decode(profile, b"".join(instrument.poll(0.0)))
    assert (reading.sample, reading.text, reading.unit, reading.outcome, reading.at) == ("S-7", "0.30", "μg/kg", "positive", shown.at)


def test_a_name_that_cannot_be_is_named() -> None:
    with pytest.raises(Trouble) as caught:
        of_text(profile_text(taught(LINE), **HEAD | {"name": "Übung"}, link="lines"), Path("a.toml"))  # type: ignore[arg-type]
    assert caught.value.facts["key"] == "name"


def proposed_or_none(text: str, marks: list[Mark]) -> Rule | None:
    try:
        return proposed(text, marks)
    except Unclear:
        return None


plain = st.text(alphabet="ABZ019-_/样品米()#.", min_size=1, max_size=10)
numbers = st.decimals(min_value=0, max_value=9999, places=3).map(str)
label = st.text(alphabet="编号结果检测值ID /.:：（）[]*+?", min_size=1, max_size=10)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.lists(label, min_size=5, max_size=5, unique=True),
    plain,
    plain,
    numbers,
    numbers,
    st.sampled_from(["mg/kg", "%", "μg/kg"]),
    st.sampled_from(["template", "separated"]),
)
def test_a_profile_reads_what_its_rule_reads(labels: list[str], sample: str, other: str, value: str, second: str, unit: str, kind: str) -> None:
    """On tickets and lines of any labels: a rule is refused, or reads its own message as marked and survives the file."""
    shape = (
        "\r\n".join(f"{name}{{{field}}}" for name, field in zip(labels, WORDS, strict=True))
        if kind == "template"
        else ";".join(f"{{{field}}}" for field in WORDS)
    )
    assume("{" not in sample + other)
    text, marks = message(shape + "\r\n", sample=sample, value=value, unit=unit)
    rule = proposed_or_none(text, marks)
    if rule is None:
        return
    assert any((each.sample, each.text, each.unit, each.flags) == (sample, value, unit, ()) for each in rule.readings(text))
    profile = of_text(profile_text(rule, **HEAD, link="lines", link_settings=LinesSettings(idle_s=2.0), encoding="utf-8"), Path("a.toml"))  # type: ignore[arg-type]
    assert profile.codec_settings == rule.settings
    for each in (text, message(shape + "\r\n", sample=other, value=second, unit=unit)[0]):
        assert [(one.sample, one.text, one.value, one.unit, one.result, one.at, one.flags) for one in profile.readings(each.encode(), "x")] == [
            (one.sample, one.text, one.value, one.unit, one.result, one.at, one.flags) for one in rule.readings(each)
        ]


def test_most_tickets_of_that_kind_are_learned() -> None:
    """A refusal is no way out: plain labels are always enough."""
    for labels in (["编号：", "结果：", "单位：", "结论：", "时间："], ["ID ", "Conc. ", "Unit ", "Res ", "Date "], ["a)", "b)", "c)", "d)", "e)"]):
        shape = "\n".join(f"{name}{{{field}}}" for name, field in zip(labels, WORDS, strict=True))
        assert proposed(*message(shape)).codec == "template"
