"""What people do with samples: register what was sampled, correct it, receive it or refuse it, archive it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from lims.clock import day_of
from lims.db.store import Work
from lims.domain.analyses import Analysis, Basis
from lims.domain.catalogue import Heading, Item, Limit, Procedure, Product, Standard
from lims.domain.samples import Portion, Sample
from lims.domain.samplings import Sampling
from lims.errors import Mistakes, Refusal, Stale
from lims.i18n import _
from lims.rules.flows import ANALYSIS_FLOW, SAMPLE_FLOW, AnalysisState, SampleFacts, correction_refusal
from lims.rules.numbering import number_mistake
from lims.rules.rights import Actor, Right
from lims.rules.sampling import FORM_QUESTIONS, INTAKE_QUESTIONS, mistakes
from lims.services import businesses, numbers
from lims.services.verb import verb
from lims.views import samples as view
from lims.views.analyses import reported
from lims.views.items import item_names
from lims.views.labels import LabelRow
from lims.views.placements import placements


@dataclass(frozen=True, slots=True)
class Asked:
    """One item asked of a sample: by which procedure, against which limit (None: there is none in the library)."""

    item: str
    procedure: str
    limit: str | None = None


@dataclass(frozen=True, slots=True)
class SampleDraft:
    """What was typed to register a sample."""

    product: str
    """Code of the product."""
    form: Mapping[str, str]
    asked: tuple[Asked, ...]
    number: str = ""
    """Empty for the next one."""


LONGEST = {"form_number": 60, "business_name": businesses.LONGEST_NAME}
"""Answers that people are found by, and how many characters they may have."""


@verb("samples.register", Right.RECEIVE)
def register(work: Work, draft: SampleDraft, *, by: Actor) -> str:
    """Take down a sampling form and what is asked of its sample. Returns the sample number. Raises Mistakes."""
    form = _answers(draft.form)
    product = work.scalars(select(Product).where(Product.code == draft.product)).first()
    wrong = _form_mistakes(work, form) | _number_mistake(work, draft.number)
    if product is None:
        wrong["product"] = _("Choose the product from the library.")
    if words := _asked_mistake(work, draft.asked):
        wrong["asked"] = words
    if wrong or product is None:
        raise Mistakes(wrong)
    business = businesses.known(work, form["business_name"], form)
    sampling = Sampling(number=form["form_number"], business_id=business.id, sampled_on=date.fromisoformat(form["sampled_on"]), form=form)
    work.add(sampling)
    work.flush()
    sample = Sample(
        number=draft.number.strip() or _free_number(work, product.prefix),
        name=form["sample_name"],
        product_id=product.id,
        sampling_id=sampling.id,
        product_on=_product_day(form),
        registered_at=work.now(),
    )
    work.add(sample)
    work.flush()
    _ask(work, sample, draft.asked)
    return sample.number


@verb("samples.correct", Right.RECEIVE)
def correct(work: Work, number: str, form: Mapping[str, str], seen: Mapping[str, str], *, reason: str, by: Actor) -> None:
    """Correct what was taken down from a sampling form, with the reason; the trail keeps both.

    *seen* is the form as whoever corrects it found it. Raises Mistakes, Refusal, and Stale where somebody was faster.
    """
    sample = _open_sample(work, number)
    if not reason.strip():
        raise Refusal(_("A correction needs a reason. Write what was wrong."))
    answers = _answers(form)
    wrong = _form_mistakes(work, answers, sample.sampling_id)
    if not wrong and (words := _other_edition(work, sample, _product_day(answers))):
        wrong["product_date" if "product_date" in answers else "sampled_on"] = words
    if wrong:
        raise Mistakes(wrong)
    sampling = sample.sampling
    if sampling.form != dict(seen):
        raise Stale(_("Somebody corrected this form meanwhile. Look at it again and repeat."))
    if answers == sampling.form:
        raise Refusal(_("Nothing is different. Change what was wrong."))
    sampling.business_id = businesses.known(work, answers["business_name"], answers).id
    sampling.number, sampling.sampled_on, sampling.form = answers["form_number"], date.fromisoformat(answers["sampled_on"]), answers
    sample.name, sample.product_on = answers["sample_name"], _product_day(answers)


@verb("samples.ask", Right.RECEIVE)
def ask(work: Work, number: str, asked: tuple[Asked, ...], *, by: Actor) -> None:
    """Ask more of a sample than was asked when it was registered. Raises Mistakes and Refusal."""
    sample = _open_sample(work, number)
    present = set(work.scalars(select(Item.code).join(Analysis, Analysis.item_id == Item.id).where(Analysis.sample_id == sample.id)))
    if words := _asked_mistake(work, asked):
        raise Mistakes({"asked": words})
    if twice := next((one.item for one in asked if one.item in present), None):
        raise Mistakes({"asked": _("{item} is asked of this sample already.").format(item=item_names(work).get(twice, twice))})
    _ask(work, sample, asked)


@verb("samples.receive")
def receive(work: Work, number: str, intake: Mapping[str, str], *, by: Actor) -> str:
    """Take a sample in: seal and agreement checked, divided into test and backup portion. Returns its number."""
    sample = _load(work, number)
    target = SAMPLE_FLOW.make("receive", _facts(sample), by)
    answers = _answers(intake)
    wrong = mistakes(answers, INTAKE_QUESTIONS, work.today())
    if _deviates(answers) and not answers.get("intake_remark"):
        wrong["intake_remark"] = _("The sample deviates. Write why it is received all the same, or refuse it.")
    if wrong:
        raise Mistakes(wrong)
    sample.stage, sample.intake, sample.received_at, sample.received_by = target, answers, work.now(), by.id
    for kind, suffix in view.PORTIONS.items():
        work.add(Portion(number=f"{number}-{suffix}", sample_id=sample.id, kind=kind, amount=answers[f"{kind}_amount"], place=answers[f"{kind}_place"]))
    return number


@verb("samples.refuse")
def refuse(work: Work, number: str, *, reason: str, by: Actor) -> None:
    """Send a sample back with the reason in writing."""
    sample = _load(work, number)
    sample.stage = SAMPLE_FLOW.make("refuse", _facts(sample), by, reason)
    sample.refusal = reason.strip()


@verb("samples.archive")
def archive(work: Work, number: str, *, by: Actor) -> None:
    """Put a reported sample aside."""
    sample = _load(work, number)
    sample.stage = SAMPLE_FLOW.make("archive", SampleFacts(view.state_of(work, number)), by)


def label_pages(work: Work, number: str) -> bytes:
    """Return the labels of a received sample's portions as pages of 50 x 30 mm. Raises Refusal when a glyph is missing."""
    from lims.reports import label

    return label.labels(label_rows(work, number))


def label_rows(work: Work, number: str) -> list[LabelRow]:
    """Return what stands on the labels of a received sample's portions. Raises Refusal where there are none."""
    rows = view.labels(work, number)
    if not rows:
        raise Refusal(_("Sample {number} has no portions to label yet. Receive it first.").format(number=number))
    return rows


def _load(work: Work, number: str) -> Sample:
    sample = work.scalars(select(Sample).where(Sample.number == number).options(selectinload(Sample.analyses))).first()
    if sample is None:
        raise Refusal(_("No sample has the number {number}.").format(number=number))
    return sample


def _open_sample(work: Work, number: str) -> Sample:
    """Return a sample whose form nothing signed rests on, or raise Refusal."""
    query = select(Sample).where(Sample.number == number).options(joinedload(Sample.sampling)).with_for_update(of=Sample)
    sample = work.scalars(query).first()
    if sample is None:
        raise Refusal(_("No sample has the number {number}.").format(number=number))
    if refusal := correction_refusal(sample.stage, reported(work, [sample.id]).get(sample.id, "")):
        raise Refusal(refusal)
    return sample


def _facts(sample: Sample) -> SampleFacts:
    return SampleFacts(sample.stage, sum(one.state is not AnalysisState.CANCELLED for one in sample.analyses))


def _product_day(form: Mapping[str, str]) -> date:
    return date.fromisoformat(form.get("product_date") or form["sampled_on"])


def _deviates(answers: Mapping[str, str]) -> bool:
    return any(answers.get(name) not in (None, right, _(right)) for name, right in (("seal", "Seal intact"), ("agrees", "Agrees")))


def _answers(form: Mapping[str, str]) -> dict[str, str]:
    return {name: answer.strip() for name, answer in form.items() if answer.strip()}


def _form_mistakes(work: Work, form: Mapping[str, str], own: int | None = None) -> dict[str, str]:
    """Return what is wrong with a sampling form; *own* is its key where it is being corrected."""
    wrong = _too_long(form) | mistakes(form, FORM_QUESTIONS, work.today())
    if not wrong and _product_day(form) > date.fromisoformat(form["sampled_on"]):
        wrong["product_date"] = _("{day} lies after the sampling on {sampled}.").format(day=form["product_date"], sampled=form["sampled_on"])
    query = select(Sample.number, Sample.registered_at).join(Sampling).where(Sampling.number == form.get("form_number", ""), Sampling.id != (own or 0))
    if used := work.execute(query).first():
        day = day_of(used.registered_at, work.setting("time_zone"))
        wrong["form_number"] = _("This form number was registered on {day} as {number}.").format(day=day, number=used.number)
    return wrong


def _number_mistake(work: Work, number: str) -> dict[str, str]:
    number = number.strip()
    if number and (words := number_mistake(number)):
        return {"number": words}
    if number and _clashes(work, number):
        return {"number": _("The number {number} is taken. Leave the field empty for the next free one.").format(number=number)}
    return {}


def _other_edition(work: Work, sample: Sample, on: date) -> str | None:
    """Say that a day would choose another edition than the one whose limits were asked for, or return None."""
    asked = select(Analysis.limit_id).where(Analysis.sample_id == sample.id, Analysis.limit_cause == "")
    further = select(Basis.limit_id).join(Analysis, Basis.analysis_id == Analysis.id).where(Analysis.sample_id == sample.id)
    query = select(Standard).where(Standard.id.in_(select(Limit.standard_id).where(or_(Limit.id.in_(asked), Limit.id.in_(further)))))
    gone = next((one.code for one in work.scalars(query.order_by(Standard.id)) if not one.edition().holds(on)), None)
    if gone is None or on == sample.product_on:
        return None
    return _("On that day {standard} is not in force, so other limits hold. Register the sample anew with this day.").format(standard=gone)


def _free_number(work: Work, prefix: str) -> str:
    while True:
        number = numbers.following(work, "sample_mask", prefix)
        if not _clashes(work, number):  # somebody may have typed it by hand
            return number


def _clashes(work: Work, number: str) -> bool:
    """Tell whether *number* is a sample's, or the label of a portion could be taken for another sample's."""
    endings = tuple(f"-{suffix}" for suffix in view.PORTIONS.values())
    near = [number, *(number + ending for ending in endings), *(number.removesuffix(ending) for ending in endings)]
    return work.scalar(select(Sample.id).where(Sample.number.in_(near)).limit(1)) is not None


def _too_long(form: Mapping[str, str]) -> dict[str, str]:
    return {name: _("At most {count} characters.").format(count=most) for name, most in LONGEST.items() if len(form.get(name, "")) > most}


def _asked_mistake(work: Work, asked: tuple[Asked, ...]) -> str | None:
    if not asked:
        return _("Choose what to test.")
    methods: dict[str, str] = {}
    if twice := next((one.item for one in asked if methods.setdefault(one.item, one.procedure) != one.procedure), None):
        return _("{item} is chosen by two methods. Choose one.").format(item=item_names(work).get(twice, twice))
    limits = [(one.item, one.limit) for one in asked]
    if twice := next((item for item, limit in limits if limits.count((item, limit)) > 1), None):
        return _("{item} is chosen twice against the same limit.").format(item=item_names(work).get(twice, twice))
    return None


def _procedures(work: Work, asked: tuple[Asked, ...]) -> dict[tuple[str, str], int]:
    """Return keys of procedures by code and the code of the item they are for. What only screens never stands in a report."""
    query = select(Procedure.code, Item.code, Procedure.id).join(Item, Procedure.item_id == Item.id)
    formal = query.where(Procedure.code.in_([one.procedure for one in asked]), Procedure.rapid.is_(False))
    return {(code, item): key for code, item, key in work.execute(formal)}


def _limits(work: Work, sample: Sample, asked: tuple[Asked, ...]) -> dict[tuple[str, str], int]:
    """Return keys of limits by code and item: those under the headings of the sample's product, in an edition in force on its day."""
    placed = {code for one in placements(work, sample.product_id).get(sample.product_id, {}).values() for code in one.headings}
    query = select(Limit).join(Heading).where(Heading.code.in_(placed), Limit.code.in_([one.limit for one in asked if one.limit]))
    found = work.scalars(query.options(joinedload(Limit.item), joinedload(Limit.standard)))
    return {(row.code, row.item.code): row.id for row in found if row.standard.edition().holds(sample.product_on)}


def _ask(work: Work, sample: Sample, asked: tuple[Asked, ...]) -> None:
    items = dict(work.execute(select(Item.code, Item.id).where(Item.code.in_([one.item for one in asked]))).all())
    procedures, limits = _procedures(work, asked), _limits(work, sample, asked)
    for one in asked:
        if (one.procedure, one.item) not in procedures or (one.limit and (one.limit, one.item) not in limits):
            words = _("{item} is not in the library in this way. Choose again.").format(item=item_names(work).get(one.item, one.item))
            raise Mistakes({"asked": words})
    first: dict[str, Asked] = {}
    for one in asked:
        if one.item not in first or (one.limit and not first[one.item].limit):
            first[one.item] = one
    keys = work.write_many(
        Analysis,
        [
            {
                "sample_id": sample.id,
                "item_id": items[one.item],
                "procedure_id": procedures[one.procedure, one.item],
                "limit_id": limits[one.limit, one.item] if one.limit else None,
                "state": ANALYSIS_FLOW.initial,
                "version": 1,
            }
            for one in first.values()
        ],
    )
    analyses = dict(zip(first, keys, strict=True))
    further = [one for one in asked if one is not first[one.item] and one.limit]
    work.write_many(Basis, [{"analysis_id": analyses[one.item], "limit_id": limits[one.limit or "", one.item]} for one in further])
