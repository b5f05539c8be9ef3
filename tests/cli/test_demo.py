"""The demonstration without a window, once in a process of its own: what it prints, what it leaves, what stands on its paper."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from drivers.journal import entries
from lims.clock import day_of
from lims.db.folder import Folder
from lims.db.store import reading
from lims.demo import ACCOUNTS, ADMINISTRATOR, PASSWORD, folder, prepared
from lims.domain.analyses import Analysis, Attempt
from lims.domain.catalogue import Item
from lims.domain.certificates import Certificate, Document
from lims.domain.instruments import Message, Reading
from lims.domain.people import Person
from lims.domain.samples import Sample
from lims.domain.samplings import Sampling
from lims.domain.settings import SettingValue
from lims.domain.trail import TrailLine
from lims.laboratory import Laboratory
from lims.rules.flows import ReadingState
from lims.services import certificates, founding, people
from lims.services.passwords import Argon2
from tests.cli.conftest import ROOT, Lims, Said

WINDOWLESS = "raise RuntimeError('a window was loaded')\n"


def walked(where: Path, blocked: Path, *words: str) -> Said:
    """Call the demonstration where every module of Qt refuses to be loaded."""
    for name in ("PySide6", "shiboken6"):
        (blocked / name).mkdir(exist_ok=True)
        (blocked / name / "__init__.py").write_text(WINDOWLESS)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LIMS_", "QT_"))}
    done = subprocess.run(
        [sys.executable, "-m", "lims", "demo", "--headless", "--folder", where.name, *words],
        cwd=where.parent,
        env={**clean, "PYTHONPATH": os.pathsep.join((str(blocked), str(ROOT))), "LIMS_MACHINE": str(blocked / "machine.json")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=100,
        check=False,
    )
    return Said(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("演示 demo") / "laboratory"


@pytest.fixture(scope="module")
def demo(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Said:
    return walked(place, tmp_path_factory.mktemp("blocked"))


@pytest.fixture
def session(demo: Said, place: Path) -> Iterator[Session]:
    with reading(Folder(place).url) as found:
        yield found


# -- what it prints ------------------------------------------------------------------------------------------------------------


def test_it_ends_with_three_reports_two_conforming_and_the_cowpea_not(demo: Said, place: Path) -> None:
    assert demo.code == 0, demo.err
    lines = [line.split("\t") for line in demo.out.splitlines()]
    assert [len(line) for line in lines] == [3, 3, 3]
    assert [verdict for _number, verdict, _path in lines] == ["不合格", "合格", "合格"]
    assert all(Path(path).is_absolute() and path.endswith(".pdf") and Path(path).parent == place / "reports" for _number, _verdict, path in lines)
    assert [Path(path).name for _number, _verdict, path in lines] == [f"{number}-1.pdf" for number, _verdict, _path in lines]


def test_each_step_is_one_line_and_the_program_refuses_what_may_not_be(demo: Said) -> None:
    steps = demo.err.splitlines()
    assert len(steps) > 15 and all(steps) and "Traceback" not in demo.err
    for name in ("豇豆", "玉米", "葡萄酒"):
        assert any(name in step and "收样" in step for step in steps)
    assert any("12.47、12.55" in step and "12.5 %" in step for step in steps)
    refused = [step for step in steps if step.startswith("被拒绝")]
    assert any("审核" in step for step in refused) and any("未经本实验室核对" in step for step in refused)


def test_walked_again_it_prints_its_reports_again_and_changes_nothing(demo: Said, place: Path, tmp_path: Path, session: Session) -> None:
    lines = len(session.scalars(select(TrailLine.id)).all())
    missing = next((place / "reports").iterdir())
    frozen = missing.read_bytes()
    missing.unlink()
    again = walked(place, tmp_path, "--language", "en")
    assert (again.code, again.out, again.err) == (0, demo.out, "")
    assert missing.read_bytes() == frozen, "a copy that was missing is made again from the database"
    with reading(Folder(place).url) as later:
        assert len(later.scalars(select(TrailLine.id)).all()) == lines


# -- what stands on the paper ----------------------------------------------------------------------------------------------------

PAPER = {
    "豇豆": (
        ["被抽样单位青春路农贸市场A08号摊位", "GB2763-2021", "检验结论为不合格", "农贸市场·流通"],
        ["克百威mg/kg≤0.020.035不合格GB23200.121-2021", "噻虫嗪mg/kg≤0.30.12合格GB23200.121-2021"],
    ),
    "玉米": (
        ["被抽样单位桃山粮库", "GB2761-2017", "GB1353-2018", "合格"],
        [
            "黄曲霉毒素B1μg/kg≤204.7合格GB5009.22-2016",
            "脱氧雪腐镰刀菌烯醇μg/kg≤1000<100合格GB5009.111-2016",
            "水分%≤14.012.5合格GB5009.3-2016",
        ],
    ),
    "赤霞珠干红葡萄酒": (["被抽样单位雁栖酒庄有限公司", "GB2760-2024", "合格"], ["二氧化硫残留量g/L≤0.250.18合格GB5009.34-2022"]),
}
"""The figures of the path, typed by hand; blanks are the page's, not the text's."""


def text(pdf: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True)
    return "".join(done.stdout.decode("utf-8").split())


@pytest.mark.skipif(not shutil.which("pdftotext") and not os.environ.get("CI"), reason="no pdftotext here")
def test_the_reports_text_gives_names_values_limits_and_verdicts(demo: Said) -> None:
    papers = [text(Path(line.split("\t")[2])) for line in demo.out.splitlines()]
    assert len(papers) == len(PAPER)
    for (name, (facts, rows)), paper in zip(PAPER.items(), papers, strict=True):
        assert f"样品名称{name}" in paper
        assert [fact for fact in (*facts, *rows) if fact not in paper] == []
        assert paper.count("不合格") == (2 if name == "豇豆" else 0)
        assert all(person in paper for person in ("批准：赵宁", "审核：王芳", "主检：")) and "CMA" not in paper
        assert "共2页第1页" in paper and "共2页第2页" in paper and "GB/T8170-2008全数值比较法" in paper


# -- what it leaves ----------------------------------------------------------------------------------------------------------------


def test_the_folder_holds_what_a_laboratorys_folder_holds(demo: Said, place: Path) -> None:
    kept = {path.name for path in place.iterdir() if not path.name.endswith(("-wal", "-shm"))}
    assert kept == {"laboratory.sqlite3", "journal", "instruments", "backups", "reports", "logs", "lock", "demo"}
    assert {path.stem for path in (place / "journal").glob("*.sqlite3")} == {"LM-1", "MB-2", "RC-1", "TP-1"}
    assert len(list((place / "reports").iterdir())) == 3


def test_the_frozen_bytes_are_those_of_the_copies(session: Session, place: Path) -> None:
    query = select(Certificate.number, Certificate.revision, Document).join(Document, Certificate.document == Document.sha256)
    found = session.execute(query).all()
    assert len(found) == 3
    for number, revision, document in found:
        assert (place / "reports" / f"{number}-{revision}.pdf").read_bytes() == document.content
        assert hashlib.sha256(document.content).hexdigest() == document.sha256


def test_the_journal_holds_every_byte_a_reading_came_in(session: Session, place: Path) -> None:
    messages = session.scalars(select(Message)).all()
    for message in messages:
        journals = {path: entries(path) for path in (place / "journal").glob("*.sqlite3")}
        rows = {path: [entry for entry in found if message.first_row <= entry.row <= message.last_row] for path, found in journals.items()}
        streams = [b"".join(entry.data for entry in found if entry.direction == "rx") for found in rows.values()]
        assert any(message.content in stream for stream in streams)
        assert hashlib.sha256(message.content).hexdigest() == message.sha256
    assert {state for (state,) in session.execute(select(Reading.state))} == {ReadingState.ACCEPTED, ReadingState.REJECTED}
    rejected = session.scalars(select(Reading).where(Reading.state == ReadingState.REJECTED)).one()
    numbers = session.scalars(select(Sample.number)).all()
    assert rejected.sample not in numbers and rejected.reason and rejected.analysis_id is None
    assert len(session.scalars(select(Reading.id)).all()) == 6 + 6, "six results and six weighings"


def test_the_first_attempt_of_what_was_returned_is_still_there(session: Session) -> None:
    query = select(Analysis).join(Item, Analysis.item_id == Item.id).options(selectinload(Analysis.attempts).selectinload(Attempt.determinations))
    attempts = {row.id: row.attempts for row in session.scalars(query)}
    (twice,) = [found for found in attempts.values() if len(found) > 1]
    found = [(attempt.number, [one.text for one in attempt.determinations], bool(attempt.cause)) for attempt in twice]
    assert found == [(1, ["0.035"], False), (2, ["0.035"], True)]
    first, second = (attempt.determinations[0] for attempt in twice)
    assert first.reading_id is not None and second.reading_id is None, "sent, then typed"


STEPS = {
    "people.create", "instruments.save", "samples.register", "samples.receive", "worksheets.create", "worksheets.start", "readings.land", "readings.reject",
    "readings.accept", "readings.weigh", "analyses.submit", "analyses.return", "analyses.enter", "analyses.review", "catalogue.confirm", "certificates.approve",
    "certificates.issue",
}  # fmt: skip


def test_every_step_stands_in_the_trail_signed_by_who_may_do_it(session: Session) -> None:
    lines = session.scalars(select(TrailLine)).all()
    names = dict(session.execute(select(Person.login, Person.name)).all())
    by = {verb: {line.person for line in lines if line.verb == verb} for verb in STEPS}
    assert by["samples.receive"] == {names["shou"]} and by["analyses.submit"] == {names["jian1"], names["jian2"]}
    assert by["analyses.review"] == by["analyses.return"] == {names["shen"]}
    assert by["certificates.approve"] == by["certificates.issue"] == {names["pi"]}
    assert by["catalogue.confirm"] == by["instruments.save"] == {names["ji"]} and by["people.create"] == {names["guan"]}
    assert by["readings.land"] == {""}, "the program itself"
    assert all(by.values()) and all(line.reason for line in lines if line.verb in ("analyses.return", "readings.reject"))
    assert not any(PASSWORD in f"{line.old} {line.new}" or "$argon2" in f"{line.old} {line.new}" for line in lines)


def test_three_different_people_tested_reviewed_and_approved(session: Session) -> None:
    for analysis in session.scalars(select(Analysis)):
        certificate = session.scalars(select(Certificate).where(Certificate.sample_id == analysis.sample_id)).one()
        assert len({analysis.submitted_by, analysis.reviewed_by, certificate.approved_by} - {None}) == 3


def test_dates_are_counted_back_from_the_clock(session: Session) -> None:
    today = day_of(datetime.now(UTC))
    sampled = session.scalars(select(Sampling.sampled_on)).all()
    assert len(sampled) == 3 and all(timedelta(0) < today - on < timedelta(days=8) for on in sampled)
    approved = session.scalars(select(Certificate.approved_at)).all()
    assert all(moment and abs(datetime.now(UTC) - moment) < timedelta(minutes=10) for moment in approved)


def test_seven_people_sign_in_with_the_password_that_is_shown(demo: Said, place: Path, tmp_path: Path, lims: Lims) -> None:
    """From a backup, in a folder of its own: what is restored is a whole laboratory."""
    copy = Folder(tmp_path / "restored")
    copy.make()
    assert lims("--folder", place, "backup", copy.database).code == 0
    with Laboratory(copy) as laboratory:
        logins = [login for login, _name, _role in ACCOUNTS] + [ADMINISTRATOR[0]]
        assert logins == ["shou", "jian1", "jian2", "shen", "pi", "ji", "guan"]
        for login in logins:
            with laboratory.store.work() as work:
                assert people.sign_in(work, login, PASSWORD).must_change is False
    copies = {path.name: path.read_bytes() for path in copy.reports.iterdir()}
    assert copies == {path.name: path.read_bytes() for path in (place / "reports").iterdir()}


def test_limits_of_an_open_laboratory_name_who_confirmed_them(demo: Said, place: Path, lims: Lims, session: Session) -> None:
    keeper = session.scalars(select(Person.name).where(Person.login == "ji")).one()
    assert keeper in lims("--folder", place, "limits", "豇豆", "克百威").out


@pytest.mark.parametrize("step", ["七个账户", "NC", "W", "6 条读数"])
def test_one_that_was_broken_off_is_taken_up_where_it_stood(step: str, tmp_path: Path) -> None:
    place, cheap = folder(tmp_path / "demo", fresh=False), Argon2(PasswordHasher(1, 8, 1))

    def say(words: str) -> None:
        if step in words:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Laboratory(place, passwords=cheap) as laboratory, prepared(laboratory, say):
        pytest.fail("walked on")
    with Laboratory(folder(place.path, fresh=False), passwords=cheap) as laboratory, prepared(laboratory), laboratory.store.work() as work:
        assert len(work.scalars(select(Person)).all()) == 7
        assert len(work.scalars(select(Sample)).all()) == 3
        assert len(work.scalars(select(Reading)).all()) == 6


def test_a_demonstration_walked_by_hand_is_not_walked_over(demo: Said, place: Path, tmp_path: Path, lims: Lims) -> None:
    copy = Folder(tmp_path / "by hand")
    copy.make()
    copy.demo_marker.touch()
    lims("--folder", place, "backup", copy.database)
    with Laboratory(copy) as laboratory, laboratory.store.work() as work:
        pi = people.sign_in(work, "pi", PASSWORD).actor
        key = work.scalars(select(Certificate.id)).first()
        certificates.void(work, key, PASSWORD, reason="演示", by=pi)
    said = lims("--folder", copy.path, "demo", "--headless")
    assert "--fresh" in said.complaint


def test_a_laboratory_that_people_work_in_is_no_demonstration(demo: Said, place: Path, tmp_path: Path, lims: Lims) -> None:
    """Its people would be locked out by wrong passwords, its samples stand among invented ones."""
    copy = Folder(tmp_path / "real")
    copy.make()
    copy.demo_marker.touch()
    with Laboratory(copy) as laboratory, laboratory.store.work() as work:
        founding.found(work, founding.FoundingDraft("检验所", "青春路 1 号", "guan", "钱程", "own-2026", "own-2026"))
    assert "不是演示" in lims("--folder", copy.path, "demo", "--headless").complaint
    with reading(copy.url) as session:
        assert session.scalars(select(Person.failures)).all() == [0]
        assert session.scalars(select(SettingValue.value).where(SettingValue.name == "demonstration")).all() == []
