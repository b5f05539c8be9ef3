"""Teach mode: a captured ticket becomes a lesson, the lesson a profile, and what came before is read by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from drivers import teaching as rules
from drivers.teaching import Mark
from lims.domain.instruments import Instrument
from lims.errors import Refusal, Trouble
from lims.i18n import speaking
from lims.rules.flows import ReadingState
from lims.services import instruments, ports, teaching
from lims.services.instruments import InstrumentDraft
from lims.services.profiles import profiles
from lims.services.teaching import TaughtDraft, lesson
from tests.services.small import Small

OWN = "ticket-1"


@pytest.fixture(autouse=True)
def _reader(small: Small) -> None:
    """A reader nobody knows, whose tickets are captured."""
    small.do(instruments.save, InstrumentDraft("TK-1", "读卡仪", "K-9", profile="capture-ticket"), by="ji")


def ticket(number: str, value: str = "4.7", unit: str = "ug/kg", words: str = "阴性", item: str = "黄曲霉毒素B1") -> str:
    """Return what the reader prints."""
    return f"食品安全检测\n样品编号：{number}\n检测项目：{item}\n检测结果：{value} {unit}\n结论：{words}\n检测时间：2026-11-23 08:00\n"


def marks(text: str, **said: str) -> list[Mark]:
    """Mark words of a ticket as fields."""
    return [Mark(field, text.index(words), text.index(words) + len(words)) for field, words in said.items()]


def all_marks(number: str, text: str) -> list[Mark]:
    """Mark everything a ticket says."""
    return marks(text, sample=number, test="黄曲霉毒素B1", value="4.7", unit="ug/kg", words="阴性", time="2026-11-23 08:00")


DRAFT = TaughtDraft("TK-1", OWN, "自编读卡仪", tests={"黄曲霉毒素B1": "aflatoxin-b1"}, units={"ug/kg": "μg/kg"}, words={"阴性": "negative", "阳性": "positive"})


def captured(small: Small, *texts: str) -> list[teaching.Captured]:
    """Let tickets come in as a printer sends them; return what is captured, newest first."""
    for text in texts:
        small.send(instrument="TK-1", content=b"\x1b@" + text.replace("\n", "\r\n").encode("gb18030") + b"\x1dV\x00")
    return small.do(teaching.captured, "TK-1", Path("none"))


def taught(small: Small) -> tuple[str, str, teaching.Lesson]:
    """Capture two tickets and mark the first; return the samples and the lesson."""
    first, second = small.begun(), small.begun()
    newest, oldest = captured(small, ticket(first), ticket(second, "12.0", words="阳性"))
    assert first in oldest.text and second in newest.text
    return first, second, lesson(oldest.text, all_marks(first, oldest.text), [newest.text, oldest.text])


def kept(small: Small, one: teaching.Lesson, own: Path, **changed: Any) -> str:
    """Keep a lesson as a profile."""
    return small.do(teaching.keep, one, replace(DRAFT, **changed), own, by="ji")


def profile_in_use(small: Small) -> str:
    """Return the profile the reader speaks by."""
    with small.store.work() as work:
        return work.scalars(select(Instrument.profile).where(Instrument.code == "TK-1")).one()


def test_captured_tickets_are_shown_as_text_newest_first_without_what_steers_the_printer(small: Small) -> None:
    newest, oldest = captured(small, ticket("A-1"), ticket("A-2"))
    assert [one.text.split() for one in (newest, oldest)] == [ticket("A-2").split(), ticket("A-1").split()]
    assert isinstance(newest.at, datetime) and newest.message > oldest.message
    assert len(small.do(teaching.captured, "TK-1", Path("none"), 1)) == 1
    assert [row.state for row in small.inbox().values()] == []


def test_an_instrument_nobody_registered_or_without_a_profile_has_nothing_captured(small: Small) -> None:
    small.do(instruments.save, InstrumentDraft("EYE-1", "目视"), by="ji")
    assert "There is no instrument ZZ-9" in small.refused(teaching.captured, "ZZ-9", Path("none"))
    assert "has no profile" in small.refused(teaching.captured, "EYE-1", Path("none"))


def test_a_lesson_shows_what_its_rule_finds_in_everything_captured(small: Small) -> None:
    first, second, one = taught(small)
    assert one.complete == 2
    newest, oldest = one.tried
    assert (newest.place, newest.text, newest.readings, newest.complete) == (0, "食品安全检测", 1, True)
    assert dict(newest.found) == {"sample": second, "test": "黄曲霉毒素B1", "value": "12.0", "unit": "ug/kg", "words": "阳性", "time": "2026-11-23 08:00"}
    assert dict(oldest.found)["sample"] == first


def test_a_ticket_the_rule_cannot_read_whole_is_shown_as_such(small: Small) -> None:
    text = ticket("A-1")
    one = lesson(text, all_marks("A-1", text), [text, "样品编号：A-2\n", "", "\n \n"])
    assert [row.complete for row in one.tried] == [True, False, False, False]
    assert one.complete == 1


def test_a_lesson_that_is_kept_is_spoken_by_and_earlier_messages_are_read_by_it(small: Small, tmp_path: Path) -> None:
    first, second, one = taught(small)
    with small.store.work() as work, work.acting(small.people["ji"], "instruments.let_in", "x"):
        work.scalars(select(Instrument).where(Instrument.code == "TK-1")).one().automatic_by = small.people["ji"].id
    assert kept(small, one, tmp_path / "own") == OWN
    assert profile_in_use(small) == OWN
    with small.store.work() as work:
        assert work.scalars(select(Instrument.automatic_by).where(Instrument.code == "TK-1")).one() is None
    assert profiles(tmp_path / "own").faults == ()
    known = profiles(tmp_path / "own").profiles[OWN]
    assert (known.title["zh"], known.maker, known.model, known.link) == ("自编读卡仪", "generic", "K-9", "ticket")
    assert small.do(ports.read_anew, "TK-1", tmp_path / "own", by="ji") == 2
    found = {row.matched_number: (row.value, row.unit, row.outcome, row.said_at, row.state) for row in small.inbox().values()}
    assert found == {
        first: ("4.7", "μg/kg", "negative", "2026-11-23T08:00:00", ReadingState.MATCHED),
        second: ("12.0", "μg/kg", "positive", "2026-11-23T08:00:00", ReadingState.MATCHED),
    }
    assert small.do(ports.read_anew, "TK-1", tmp_path / "own", by="ji") == 0


def test_a_reader_can_be_taught_anew_from_what_it_was_taught_before(small: Small, tmp_path: Path) -> None:
    first, _second, one = taught(small)
    kept(small, one, tmp_path)
    text = small.do(teaching.captured, "TK-1", tmp_path)[-1].text
    again = lesson(text, marks(text, sample=first, value="4.7"), [text], test="aflatoxin-b1")
    assert kept(small, again, tmp_path, name="ticket-2") == profile_in_use(small) == "ticket-2"


def test_what_a_message_does_not_say_the_person_says_once_for_all(small: Small, tmp_path: Path) -> None:
    first, _second, _one = taught(small)
    text = small.do(teaching.captured, "TK-1", tmp_path)[-1].text
    one = lesson(text, marks(text, sample=first, value="4.7"), [text])
    assert [reading.test for reading in one.rule.readings(text)] == [None]
    kept(small, one, tmp_path, item="aflatoxin-b1")
    known = profiles(tmp_path).profiles[OWN]
    assert [(reading.sample, reading.test) for reading in known.readings(text.encode(), "TK-1")] == [(first, "aflatoxin-b1")]


# -- what is not clear

TEXT = ticket("A-1")
UNCLEAR: dict[str, tuple[str, Sequence[Mark]]] = {
    rules.NOTHING_MARKED: (TEXT, marks(TEXT, sample="A-1")),
    rules.CONFLICT: (TEXT, [*marks(TEXT, value="4.7"), *marks(TEXT, value="4.7")]),
    rules.NOT_A_NUMBER: (TEXT, marks(TEXT, value="阴性")),
    rules.TIME_UNKNOWN: (TEXT, marks(TEXT, value="4.7", time="08:00")),
    rules.NOT_DISTINCT: ("结果：4.75\n", [Mark("value", 3, 6)]),
}


def test_every_reason_why_marks_are_not_clear_has_its_sentence_and_its_example() -> None:
    assert set(teaching.UNCLEAR) == set(rules.CODES) == set(UNCLEAR)
    assert set(teaching.FIELD_WORDS) == set(rules.FIELDS)


@pytest.mark.parametrize("code", rules.CODES)
def test_marks_that_are_not_clear_are_answered_in_the_persons_language(code: str) -> None:
    text, chosen = UNCLEAR[code]
    assert teaching.tried_out(text, chosen, [text]) == (None, teaching.UNCLEAR[code])
    with pytest.raises(Refusal):
        lesson(text, chosen, [text])
    with speaking("zh_CN"):
        _none, words = teaching.tried_out(text, chosen, [text])
    assert any("\u4e00" <= each <= "\u9fff" for each in words)


def test_marks_that_are_clear_give_a_lesson_at_once() -> None:
    made, words = teaching.tried_out(TEXT, marks(TEXT, sample="A-1", value="4.7"), [TEXT])
    assert made is not None and made.complete == 1 and words == ""


# -- what cannot be kept


def test_a_name_that_is_taken_or_none_is_noted_beside_its_field_and_nothing_is_written(small: Small, tmp_path: Path) -> None:
    *_samples, one = taught(small)
    (tmp_path / "broken.toml").write_text("name =\n", "utf-8")
    for name, words in (
        ("mettler-sics", "There is a profile mettler-sics already. Choose another name."),
        ("broken", "There is a profile broken already. Choose another name."),
        ("Ticket 1", None),
        ("../x", None),
        ("", None),
        ("票据", None),
        ("Ticket", "Write the name with small letters, digits and hyphens."),
    ):
        wrong = small.mistaken(teaching.keep, one, replace(DRAFT, name=name), tmp_path, by="ji")
        assert set(wrong) == {"name"} and words in (None, wrong["name"])
    assert set(small.mistaken(teaching.keep, one, TaughtDraft("TK-1", OWN, " "), tmp_path, by="ji")) == {"title"}
    assert [file.name for file in tmp_path.iterdir()] == ["broken.toml"]
    assert profile_in_use(small) == "capture-ticket"


def test_a_folder_that_cannot_be_written_is_said_and_nothing_half_written_stays(small: Small, tmp_path: Path) -> None:
    *_samples, one = taught(small)
    (tmp_path / "file").write_text("", "utf-8")
    before = small.trail_length()
    with pytest.raises(Trouble, match=rf"{OWN}\.toml could not be written: a file stands where a folder is needed\."):
        kept(small, one, tmp_path / "file")
    (tmp_path / f"{OWN}.part").mkdir()
    with pytest.raises(Trouble, match=r"could not be written: it is a folder\."):
        kept(small, one, tmp_path)
    assert not (tmp_path / f"{OWN}.toml").exists()
    assert (small.trail_length(), profile_in_use(small)) == (before, "capture-ticket")


def test_words_that_mean_nothing_and_codes_that_are_none_are_refused_before_anything_is_written(small: Small, tmp_path: Path) -> None:
    *_samples, one = taught(small)
    for changed in ({"words": {"阴性": "perhaps"}}, {"tests": {"a": "No Item"}}):
        with pytest.raises(Trouble):
            kept(small, one, tmp_path, **changed)
    assert list(tmp_path.iterdir()) == []
