"""A random day: anybody tries anything in any order; what is done or refused, the laws of the house hold at its end."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import rfc8785
from sqlalchemy import select

from lims.domain.analyses import Analysis
from lims.domain.certificates import Certificate, Document, Signature
from lims.domain.instruments import Reading
from lims.domain.people import Person
from lims.domain.samples import Sample
from lims.domain.worksheets import Worksheet
from lims.errors import Mistakes, Refusal
from lims.rules.flows import AnalysisState, CertificateState
from lims.services import analyses, catalogue, certificates, readings, samples, worksheets
from lims.services.readings import Sent
from tests.services.replay import told_and_standing
from tests.services.small import INTAKE, PASSWORD, WEIGHINGS, Copies, Small

WINE = "gb2760-2024-sulphur-dioxide-wine"
TEXTS = ("0.18", "0.18", "0.3", "<0.1", "未检出", "lots", "")
BENCH, REVIEWERS, SIGNATORIES = ("quan1", "quan1", "quan2", "shou"), ("quan2", "quan3", "quan1"), ("quan3", "pi", "quan1")
A = AnalysisState
IN_FORCE = (CertificateState.APPROVED, CertificateState.ISSUED)


class Day:
    """People at work; a refusal is an answer like any other, everything else is a fault."""

    def __init__(self, small: Small, seed: int) -> None:
        self.small, self.random = small, Random(seed)
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.small.do(catalogue.confirm, [WINE], by="ji")
        for _two in range(2):
            self.small.received("wine")

    def step(self) -> None:
        """Somebody tries something."""
        chosen = self.random.choice(self.everything)
        chosen()
        if chosen in (self.report, self.give_back, self.cancel):
            self.check_reports()

    def attempt(self, job: Callable[..., Any], *arguments: Any, **options: Any) -> None:
        """Do it, or be refused with nothing written."""
        before = self.small.trail_length()
        try:
            self.small.do(job, *arguments, **options)
            self.done[job.__name__] += 1
        except (Refusal, Mistakes):
            self.refused[job.__name__] += 1
            assert self.small.trail_length() == before

    def one(self, kind: Any, column: str = "id") -> Any:
        """Return one of the things there are by its key or another column."""
        with self.small.store.work() as work:
            found = list(work.scalars(select(getattr(kind, column)).order_by(kind.id)))
        return self.random.choice(found)

    def apt(self, *states: AnalysisState) -> int:
        """Return an analysis, mostly one that stands where it can be moved on from."""
        with self.small.store.work() as work:
            found = list(work.scalars(select(Analysis.id).where(Analysis.state.in_(states)).order_by(Analysis.id)))
        return self.random.choice(found) if found and self.random.random() < 0.8 else self.one(Analysis)

    def who(self, key: int) -> str:
        """Return whose work an analysis is, mostly."""
        with self.small.store.work() as work:
            login = work.scalar(select(Person.login).join(Analysis, Analysis.assigned_to == Person.id).where(Analysis.id == key))
        return login if login and self.random.random() < 0.8 else self.some(*BENCH)

    def some(self, *choices: str) -> str:
        """Return one of the choices."""
        return self.random.choice(choices)

    def register(self) -> None:
        self.attempt(samples.register, self.small.draft(self.some("wine", "wine", "wine", "maize")), by=self.some("shou", "shou", "guan"))

    def receive(self) -> None:
        self.attempt(samples.receive, self.one(Sample, "number"), INTAKE, by=self.some("shou", "shou", "guan"))

    def refuse(self) -> None:
        self.attempt(samples.refuse, self.one(Sample, "number"), reason=self.some("封条破损", ""), by="shou")

    def archive(self) -> None:
        self.attempt(samples.archive, self.one(Sample, "number"), by="shou")

    def begin(self) -> None:
        by = self.some(*BENCH)
        self.attempt(worksheets.create, [self.apt(A.REQUESTED)], by=by)
        if "create" in self.done:
            self.attempt(worksheets.start, self.one(Worksheet, "number"), by=by)

    def enter(self) -> None:
        key = self.apt(A.IN_TEST)
        self.attempt(analyses.enter, key, 1, self.some(*TEXTS), by=self.who(key))

    def weigh(self) -> None:
        key, turn = self.apt(A.IN_TEST), self.random.randint(1, 2)
        self.attempt(analyses.weigh, key, turn, WEIGHINGS[turn - 1], by=self.who(key))

    def submit(self) -> None:
        key = self.apt(A.IN_TEST)
        self.attempt(analyses.submit, [key], by=self.who(key))

    def recall(self) -> None:
        key = self.apt(A.SUBMITTED)
        self.attempt(analyses.recall, [key], by=self.who(key))

    def repeat(self) -> None:
        key = self.apt(A.IN_TEST)
        self.attempt(analyses.repeat, key, reason=self.some("复测", ""), by=self.who(key))

    def review(self) -> None:
        self.attempt(analyses.review, [self.apt(A.SUBMITTED)], by=self.some(*REVIEWERS))

    def give_back(self) -> None:
        self.attempt(analyses.return_, [self.apt(A.SUBMITTED, A.REVIEWED)], reason=self.some("附图谱", ""), by=self.some(*REVIEWERS))

    def cancel(self) -> None:
        self.attempt(analyses.cancel, [self.one(Analysis)], reason=self.some("样品不足", ""), by=self.some("ji", "pi", "pi"))

    def send(self) -> None:
        value = self.some(*TEXTS)
        self.small.send(Sent(self.one(Sample, "number"), self.some("sulphur-dioxide", "gold"), value, "g/L"), content=value.encode())
        self.done["land"] += 1

    def inbox(self) -> None:
        if "land" in self.done:
            reading, by = self.one(Reading), self.some(*BENCH)
            self.attempt(readings.match, reading, self.apt(A.IN_TEST), by=by)
            self.attempt(readings.accept, [reading], by=by)
            if self.random.random() < 0.3:
                self.attempt(readings.reject, [reading], reason=self.some("重复", ""), by=by)

    def report(self) -> None:
        with self.small.store.work() as work:
            if work.scalar(select(Certificate.id)) is None:
                return
        key, by = self.one(Certificate), self.some(*SIGNATORIES)
        self.attempt(certificates.approve, key, PASSWORD, by=by)
        self.attempt(certificates.issue, key, by=by)
        match self.random.randint(1, 4):
            case 1:
                self.attempt(certificates.revise, key, reason=self.some("地址写错", ""), by=by)
            case 2:
                self.attempt(certificates.void, key, PASSWORD, reason=self.some("作废", ""), by=by)

    @property
    def everything(self) -> list[Callable[[], None]]:
        """What can be tried, the bench's work more often."""
        bench = [self.begin, self.enter, self.submit, self.review, self.report]
        rest = [self.refuse, self.archive, self.weigh, self.recall, self.repeat, self.give_back, self.cancel, self.send, self.inbox]
        return [*bench * 4, *[self.register, self.receive] * 2, *rest]

    def check_reports(self) -> None:
        """Nothing in force rests on results that are not reviewed, unless its revision is being drafted."""
        with self.small.store.work() as work:
            for report in work.scalars(select(Certificate).where(Certificate.state.in_(IN_FORCE))):
                drafted = select(Certificate.id).where(Certificate.sample_id == report.sample_id, Certificate.state == CertificateState.DRAFT)
                states = set(work.scalars(select(Analysis.state).where(Analysis.sample_id == report.sample_id)))
                assert work.scalar(drafted) or states <= {AnalysisState.REVIEWED, AnalysisState.CANCELLED}

    def evening(self) -> int:
        """Everything is counted; return how many reports were signed."""
        with self.small.store.work() as work:
            for key, told, stands in told_and_standing(work):
                assert told == stands, key
            reports = list(work.scalars(select(Certificate).where(Certificate.document.is_not(None))))
            for report in reports:
                assert report.digest == hashlib.sha256(rfc8785.dumps(report.content)).hexdigest()
                assert report.document == hashlib.sha256(work.get_one(Document, report.document).content).hexdigest()
                signed = {(one["step"], one["name"]) for one in report.content["signatures"]}
                (approver,) = [name for step, name in signed if step == "approve"]
                assert approver not in {name for step, name in signed if step != "approve"}
                assert report.content["lines"]
            for analysis in work.scalars(select(Analysis).where(Analysis.state == AnalysisState.REVIEWED)):
                assert analysis.reviewed_by
                assert analysis.reviewed_by != analysis.submitted_by
                assert work.scalar(select(Signature.id).where(Signature.analysis_id == analysis.id, Signature.step == "review"))
        return len(reports)


@pytest.mark.parametrize(("kind", "days"), [("sqlite", 4), ("postgresql", 2)])
def test_whatever_people_try_the_laws_hold(copies: Callable[[str], Copies], kind: str, days: int) -> None:
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    signed = 0
    for seed in range(days):
        laboratory = copies(kind)
        laboratory.renew()
        day = Day(Small(laboratory.store, laboratory.clock, laboratory.people), seed)
        for _step in range(120):
            day.step()
        signed += day.evening()
        done, refused = done + day.done, refused + day.refused
    assert done.total() > 10 * days, "much of a day is work"
    assert refused.total() > 25 * days, "and much is refused"
    assert signed, "reports come out of it"
