"""What people do with worksheets: put analyses together, give them to an analyst, start."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from lims.db.store import Work
from lims.domain.analyses import Analysis, Attempt
from lims.domain.instruments import Instrument
from lims.domain.people import Person
from lims.domain.worksheets import Worksheet
from lims.errors import Mistakes, Refusal
from lims.i18n import _
from lims.rules.flows import ANALYSIS_FLOW, AnalysisState, SampleState
from lims.rules.rights import Actor, Right, rights_of
from lims.services import numbers
from lims.services.verb import verb
from lims.views import analyses as view

UNFINISHED = (AnalysisState.ASSIGNED, AnalysisState.IN_TEST)


@verb("worksheets.create", Right.ASSIGN)
def create(work: Work, analyses: Sequence[int], *, by: Actor, analyst: str = "", title: str = "", instrument: str = "") -> str:
    """Put received analyses on a new worksheet and assign them, in the order of their samples. Returns its number."""
    person = _analyst(work, analyst or by.login)
    rows = sorted(view.load(work, analyses), key=lambda row: (row.sample.number, row.id))
    if not rows:
        raise Refusal(_("Nothing is chosen. Mark the analyses that go on the worksheet."))
    facts = view.facts_of(work, rows)
    device = _instrument(work, instrument)
    sheet = Worksheet(
        number=numbers.free(work, "worksheet_mask", Worksheet.number), title=title, analyst_id=person.id, instrument_id=device, created_at=work.now()
    )
    work.add(sheet)
    work.flush()
    positions: dict[int, int] = {}
    for analysis in rows:
        if analysis.sample.stage is not SampleState.RECEIVED:
            raise Refusal(_("Sample {number} has not been received, so nothing of it can be tested.").format(number=analysis.sample.number))
        analysis.state = ANALYSIS_FLOW.make("assign", facts[analysis.id], by)
        analysis.worksheet_id, analysis.assigned_to = sheet.id, person.id
        analysis.position = positions.setdefault(analysis.sample_id, len(positions) + 1)
    return sheet.number


@verb("worksheets.start", Right.TEST)
def start(work: Work, number: str, *, by: Actor) -> int:
    """Begin the work of a worksheet: every assigned analysis gets its first attempt. Returns how many began."""
    sheet = load(work, number)
    rows = view.load(work, work.scalars(select(Analysis.id).where(Analysis.worksheet_id == sheet.id, Analysis.state == AnalysisState.ASSIGNED)))
    facts = view.facts_of(work, rows)
    for analysis in rows:
        analysis.state = ANALYSIS_FLOW.make("start", facts[analysis.id], by)
        analysis.attempts.append(Attempt(analysis_id=analysis.id, number=1 + len(analysis.attempts), begun_at=work.now(), begun_by=by.id))
    return len(rows)


@verb("worksheets.hand_over", Right.ASSIGN)
def hand_over(work: Work, number: str, analyst: str, *, reason: str, by: Actor) -> int:
    """Give what is unfinished on a worksheet to another analyst; what was entered stays under the name of who entered it. Returns how many."""
    if not reason.strip():
        raise Refusal(_("Handing work over needs a reason. Write why."))
    sheet, person = load(work, number), _analyst(work, analyst)
    rows = view.load(work, work.scalars(select(Analysis.id).where(Analysis.worksheet_id == sheet.id, Analysis.state.in_(UNFINISHED))))
    if not rows:
        raise Refusal(_("Nothing on worksheet {number} is unfinished.").format(number=number))
    if all(analysis.assigned_to == person.id for analysis in rows):
        raise Mistakes({"analyst": _("{name} has this work already.").format(name=person.name)})
    sheet.analyst_id = person.id
    for analysis in rows:
        analysis.assigned_to = person.id
    return len(rows)


@verb("worksheets.note", Right.TEST)
def note(work: Work, number: str, conditions: str, *, by: Actor) -> None:
    """Write down room temperature and humidity."""
    load(work, number).conditions = conditions.strip()


def load(work: Work, number: str) -> Worksheet:
    """Return the worksheet, or raise Refusal."""
    sheet = work.scalars(select(Worksheet).where(Worksheet.number == number)).first()
    if sheet is None:
        raise Refusal(_("There is no worksheet {number}.").format(number=number))
    return sheet


def _analyst(work: Work, login: str) -> Person:
    person = work.scalars(select(Person).where(Person.login == login, Person.active)).first()
    if person is None or Right.TEST not in rights_of(person.roles):
        raise Mistakes({"analyst": _("Choose an analyst.")})
    return person


def _instrument(work: Work, code: str) -> int | None:
    if not code:
        return None
    key = work.scalar(select(Instrument.id).where(Instrument.code == code, Instrument.active))
    if key is None:
        raise Mistakes({"instrument": _("There is no instrument {code} in use.").format(code=code)})
    return key
