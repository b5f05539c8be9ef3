"""What is said of a lot of grain: its grade, quality, storage class and food safety, each for itself, and the figures of the bench they rest on.

Sources: GB 1350, 1351, 1352, 1353, GB/T 1354 (grades); GB/T 20569, 20570, 20571, 31785 (storage quality); GB 5009.3, GB/T 5494, 5495 (figures);
GB/T 8170-2008 (rounding); 粮食流通管理条例 (2021) articles 11, 17 and 18. Limits are rows of the library and come from the caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Protocol

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.replicates import Kind, Tolerance, mean, spread
from lims.rules.rounding import EXACT, plain, round_to
from lims.rules.verdict import WORDS, Decision, Said, Verdict, said, together


class Requirement(Protocol):
    """Whatever can say whether a value keeps what a standard demands."""

    def verdict(self, value: Decimal | str, /) -> Verdict:
        """Judge one value; undecided where it cannot be compared."""


Found = Mapping[str, Decimal | str | None]
"""Index -> the value found: a mean that is not rounded yet, words, or None while it has not been determined."""

DASHES = ("—", "——", "-", "--", "/", "不作要求", "无要求", "不作规定")
"""How a table of a standard writes that nothing is demanded."""

ABNORMAL = "异常"
"""The last of the three words of GB/T 5492-2008 for colour and odour (正常, 基本正常, 异常); tables of storage quality end before it."""


@dataclass(frozen=True, slots=True)
class Index:
    """What a standard demands of one index."""

    item: str
    requirement: Requirement | None
    """None where the library does not have the figure."""
    text: str
    """The requirement as printed: ≥790, 正常, or a dash."""
    rounding: str = ""
    """Interval of the value that is compared."""
    unit: str = ""
    grading: bool = False
    """Whether it sets the grade; the others are kept or not kept and never change it."""


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade with its indices."""

    name: str
    indices: tuple[Index, ...]
    outside: bool = False
    """Whether it is what remains below the lowest grade (等外)."""


OUT_OF_GRADE = Grade(N_("Out of grade"), (), outside=True)


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade of a lot, or None while it is undecided, and why."""

    grade: Grade | None
    because: tuple[Said, ...]


def grade(found: Found, grades: Sequence[Grade]) -> Graded:
    """Return the best of *grades*, given from the best to the lowest, all of whose grading indices hold.

    A lot that keeps none is out of grade; a grading index without a value or without a limit leaves it undecided.
    Source: GB 1350-2009, GB 1351-2023, GB 1352, GB 1353-2018, GB/T 1354-2018, requirements of quality.
    """
    tried = [one for one in grades if not one.outside]
    if not tried or not all(_grading(one) for one in tried):
        raise Refusal(_("Give the grades from the best to the lowest, each with an index that sets the grade."))
    if missing := [item for item in _grading_items(tried) if _given(found, item) is None]:
        return Graded(None, tuple(said(MISSING, index=item) for item in missing))
    failed: list[Said] = []
    for one in tried:
        held = [_held(found, index) for index in _grading(one)]
        verdict = together(verdict for verdict, _why in held)
        if verdict is not Verdict.FAIL:
            return _graded(one if verdict is Verdict.PASS else None, (*failed, *(why for _verdict, why in held)))
        failed += [why for verdict, why in held if verdict is Verdict.FAIL]
    rest = next((one for one in grades if one.outside), OUT_OF_GRADE)
    return Graded(rest, (*failed, said(N_("No grade is kept: the grain is out of grade."))))


def _graded(one: Grade | None, because: tuple[Said, ...]) -> Graded:
    return Graded(one, (*because, said(N_("The grade is {grade}."), grade=one.name))) if one else Graded(None, because)


def _grading(one: Grade) -> list[Index]:
    return [index for index in one.indices if index.grading]


def _grading_items(grades: Sequence[Grade]) -> list[str]:
    return list(dict.fromkeys(index.item for one in grades for index in _grading(one) if not _free(index.text)))


_MIDDLE = {5: 2, 3: 1, 2: 1}


def middle(grades: Sequence[Grade]) -> Grade:
    """Return the middle grade, the base of prices and contracts: 3 of 5, 2 of 3, 2 of 2. Source: 国粮发〔2010〕178号."""
    ranked = [one for one in grades if not one.outside]
    if len(ranked) not in _MIDDLE:
        raise Refusal(_("Only two, three or five grades have a middle one. Name the grade of the contract."))
    return ranked[_MIDDLE[len(ranked)]]


def quality(found: Found, contract: Grade) -> Decision:
    """Hold every quality index against the grade of the contract or the standard: one that fails fails, one unknown leaves it undecided.

    What is better than out of grade is no fault, so such a contract looks at the other indices alone.
    """
    return _every(found, [index for index in contract.indices if not (contract.outside and index.grading)])


def safety(found: Found, indices: Sequence[Index]) -> Decision:
    """Hold every food-safety item against its limit; one over it fails the lot. Source: 粮食流通管理条例 (2021) articles 11 and 18."""
    decision = _every(found, indices)
    return Decision(decision.verdict, (*decision.because, said(UNSAFE))) if decision.verdict is Verdict.FAIL else decision


UNSAFE = N_(
    "A food-safety limit is not kept: store the grain apart and do not release it as food"
    " (Regulation on the Administration of Grain Distribution, articles 11 and 18)."
)


def _every(found: Found, indices: Sequence[Index]) -> Decision:
    if not indices:
        raise Refusal(_("No index is given to judge by. Choose the standard."))
    held = [_held(found, index) for index in indices]
    return Decision(together(verdict for verdict, _why in held), tuple(why for _verdict, why in held))


MISSING = N_("{index}: not determined yet.")
NO_LIMIT = N_("{index}: the library has no limit. Enter it from the standard.")
HELD = {
    Verdict.PASS: N_("{index}: {value} keeps {requirement}."),
    Verdict.FAIL: N_("{index}: {value} does not keep {requirement}."),
    Verdict.UNDECIDED: N_("{index}: {value} cannot be compared with {requirement}. Check the value."),
}


def _held(found: Found, index: Index) -> tuple[Verdict, Said]:
    if _free(index.text):
        return Verdict.NONE, said(N_("{index}: nothing is demanded."), index=index.item)
    value = _compared(found, index.item, index.rounding)
    if value is None:
        return Verdict.UNDECIDED, said(MISSING, index=index.item)
    if index.requirement is None:
        return Verdict.UNDECIDED, said(NO_LIMIT, index=index.item)
    verdict = index.requirement.verdict(value)
    verdict = Verdict.UNDECIDED if verdict is Verdict.NONE else verdict  # something is demanded, so silence is no pass
    return verdict, said(HELD[verdict], index=index.item, value=_with_unit(value, index.unit), requirement=index.text)


def _free(text: str) -> bool:
    return text.strip() in DASHES


def _given(found: Found, item: str) -> Decimal | str | None:
    value = found.get(item)
    return (value.strip() or None) if isinstance(value, str) else value


def _compared(found: Found, item: str, rounding: str) -> Decimal | str | None:
    value = _given(found, item)
    return round_to(measured(value), rounding) if isinstance(value, Decimal) else value


def _with_unit(value: Decimal | str, unit: str) -> str:
    return f"{plain(value)} {unit}".strip() if isinstance(value, Decimal) else value


class Storage(StrEnum):
    """How fit grain is to be stored further, from the best to the worst."""

    SUITABLE = "suitable"
    SLIGHT = "slight"
    SEVERE = "severe"


STORAGE_WORDS = {
    Storage.SUITABLE: N_("Suitable for storage"),
    Storage.SLIGHT: N_("Slightly unsuitable for storage"),
    Storage.SEVERE: N_("Severely unsuitable for storage"),
}


@dataclass(frozen=True, slots=True)
class StorageLevel:
    """What a class of storage quality demands of one index."""

    storage: Storage
    requirement: Requirement | None
    text: str


@dataclass(frozen=True, slots=True)
class StorageIndex:
    """One index of storage quality with its classes; a class that is missing or a dash cannot be reached by it."""

    item: str
    levels: tuple[StorageLevel, ...]
    rounding: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """The storage class of a lot, or None while it is undecided, and why."""

    storage: Storage | None
    because: tuple[Said, ...]


CLASSED = {
    Storage.SUITABLE: N_("{index}: {value} is suitable for storage ({requirement})."),
    Storage.SLIGHT: N_("{index}: {value} is slightly unsuitable for storage ({requirement})."),
    Storage.SEVERE: N_("{index}: {value} is severely unsuitable for storage ({requirement})."),
}
CONCLUDED = {
    None: N_("The storage class is undecided."),
    Storage.SUITABLE: N_("Every index is suitable: the grain is suitable for storage."),
    Storage.SLIGHT: N_("No index is severe, but not every one is suitable: the grain is slightly unsuitable for storage."),
    Storage.SEVERE: N_("An index is severe: the grain is severely unsuitable for storage."),
}
TAKE_OUT = N_("The grain must be taken out in time (Regulation on the Administration of Grain Distribution, article 17).")


def storage_quality(found: Found, indices: Sequence[StorageIndex]) -> Stored:
    """Return the storage class of the worst index: all suitable, any severe, else slightly unsuitable; undecided while one is unknown and none severe.

    Source: GB/T 20569-2006, GB/T 20570-2015, GB/T 20571-2006, GB/T 31785-2015; 粮食流通管理条例 (2021) article 17.
    """
    if not indices:
        raise Refusal(_("No index is given to judge by. Choose the standard."))
    classed = [_classed(found, index) for index in indices]
    storage = _worst({one for one, _why in classed})
    warning = (said(TAKE_OUT),) if storage is Storage.SLIGHT else ()
    return Stored(storage, (*(why for _one, why in classed), said(CONCLUDED[storage]), *warning))


def _worst(classes: set[Storage | None]) -> Storage | None:
    return next((one for one in (Storage.SEVERE, None, Storage.SLIGHT) if one in classes), Storage.SUITABLE)


def _classed(found: Found, index: StorageIndex) -> tuple[Storage | None, Said]:
    value = _compared(found, index.item, index.rounding)
    if value is None:
        return None, said(MISSING, index=index.item)
    shown = _with_unit(value, index.unit)
    for level in sorted(_reachable(index), key=lambda one: list(Storage).index(one.storage)):
        if level.requirement is None:
            return None, said(NO_LIMIT, index=index.item)
        verdict = level.requirement.verdict(value)
        if verdict is Verdict.PASS:
            return level.storage, said(CLASSED[level.storage], index=index.item, value=shown, requirement=level.text)
        if verdict is not Verdict.FAIL:
            return None, said(HELD[Verdict.UNDECIDED], index=index.item, value=shown, requirement=level.text)
    storage = Storage.SEVERE if value == ABNORMAL else None
    return storage, said(BEYOND if storage else UNCLASSED, index=index.item, value=shown)


BEYOND = N_("{index}: {value} is worse than the last class: severely unsuitable for storage.")
UNCLASSED = N_("{index}: {value} fits no class of the standard. Check the value.")


def _reachable(index: StorageIndex) -> list[StorageLevel]:
    return [one for one in index.levels if not _free(one.text)]


QUALITY_WORDS = {**WORDS, Verdict.PASS: N_("Up to standard"), Verdict.FAIL: N_("Not up to standard")}
"""Of food safety the usual words are said."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The three verdicts on a lot side by side; None where that kind of test was not asked for. There is no word for all three."""

    quality: Decision | None = None
    storage: Stored | None = None
    safety: Decision | None = None

    def shown(self) -> tuple[str, str, str]:
        """Return the words for quality, storage quality and food safety, in the present language."""
        return (
            _(QUALITY_WORDS[self.quality.verdict if self.quality else Verdict.NONE]),
            _(self._storage_words()),
            _(WORDS[self.safety.verdict if self.safety else Verdict.NONE]),
        )

    def _storage_words(self) -> str:
        if self.storage is None:
            return WORDS[Verdict.NONE]
        return STORAGE_WORDS[self.storage.storage] if self.storage.storage else WORDS[Verdict.UNDECIDED]


PAIR = 2
FOUR = 4
"""A pair that lies apart asks for a third and a fourth determination, as grain laboratories do; neither of the pair is dropped."""


@dataclass(frozen=True, slots=True)
class Determined:
    """What several determinations give together; both values are None while they lie apart or one is missing."""

    mean: Decimal | None
    """Not rounded: what is judged is rounded once, from here."""
    value: Decimal | None
    """As reported."""
    decision: Decision


def determined(
    values: Sequence[Decimal], tolerance: Tolerance | None, rounding: str, *, single: str = "", left_out: Mapping[int, str] | None = None
) -> Determined:
    """Join the determinations of one figure: each rounded to *single* where the sheet writes it so, their mean rounded once to *rounding*.

    *left_out* names determinations, numbered from 1, that do not count, with the reason; none is left out before four are made.
    Without a tolerance they are joined and not compared, and the verdict is that nothing was judged.
    """
    spared = left_out or {}
    numbered = {number: round_to(measured(value), single) for number, value in enumerate(values, 1)}
    why = _spared(numbered, spared)
    if len(numbered) < PAIR:
        return Determined(None, None, Decision(Verdict.UNDECIDED, (said(TWO_NEEDED),), PAIR - len(numbered)))
    counted = [value for number, value in numbered.items() if number not in spared]
    if tolerance and not _agree(tolerance, counted):
        return Determined(None, None, _further(tolerance, counted, FOUR - len(numbered), why))
    exact = mean(counted)
    value = round_to(exact, rounding)
    compared = said(WITHIN, difference=spread(counted), allowed=_allowed(tolerance)) if tolerance else said(NOT_COMPARED)
    return Determined(exact, value, Decision(Verdict.PASS if tolerance else Verdict.NONE, (*why, compared, said(REPORTED, value=value))))


REPORTED = N_("Reported: {value}.")
TWO_NEEDED = N_("Two determinations are needed.")
NOT_COMPARED = N_("No tolerance is on file, so the determinations were not compared.")
WITHIN = N_("The determinations differ by {difference}; {allowed} is allowed.")
APART = {
    Kind.ABSOLUTE: N_("The determinations differ by {difference}, more than the {allowed} allowed."),
    Kind.RELATIVE: N_("The determinations differ by {difference}, more than {allowed} of their mean."),
}


def _spared(numbered: Mapping[int, Decimal], left_out: Mapping[int, str]) -> tuple[Said, ...]:
    if not left_out:
        return ()
    if len(numbered) < FOUR:
        raise Refusal(_("Make a third and a fourth determination before one is left out."))
    if not left_out.keys() <= numbered.keys() or len(numbered) - len(left_out) < PAIR:
        raise Refusal(_("Leave out determinations that were made, and count at least two."))
    if not all(reason.strip() for reason in left_out.values()):
        raise Refusal(_("Say why a determination does not count."))
    words = N_("Determination {number}, {value}, does not count: {reason}.")
    return tuple(said(words, number=number, value=numbered[number], reason=left_out[number].strip().rstrip(".。")) for number in sorted(left_out))


def _agree(tolerance: Tolerance, values: Sequence[Decimal]) -> bool:
    return measured(tolerance.value) == tolerance.value and tolerance.refusal(values) is None


def _further(tolerance: Tolerance, counted: Sequence[Decimal], further: int, why: tuple[Said, ...]) -> Decision:
    apart = said(APART[tolerance.kind], difference=spread(counted), allowed=_allowed(tolerance))
    then = said(N_("Further determinations to make: {further}."), further=further) if further > 0 else said(CHOOSE)
    return Decision(Verdict.UNDECIDED, (*why, apart, then), max(further, 0))


CHOOSE = N_("Say which do not count and why; all stay on record.")


def _allowed(tolerance: Tolerance) -> str:
    return f"{plain(tolerance.value)} {'%' if tolerance.kind is Kind.RELATIVE else tolerance.unit}".strip()


def moisture(*, dish: Decimal, sample: Decimal, dried: Decimal) -> Decimal:
    """Return moisture in %, (W1 + W0 - W2)/W1 x 100, not rounded: *dish* W0, *sample* W1, *dried* W2 dish and dried sample, all g (GB 5009.3)."""
    with localcontext(prec=EXACT):
        return _share(measured(sample) + measured(dish) - measured(dried), sample)


def share(part: Decimal, whole: Decimal) -> Decimal:
    """Return *part* in % of *whole*, both g, not rounded.

    Large foreign matter M = m1/m (GB/T 5494-2019), head rice m/m0 (GB/T 21719-2008), yellow rice m1/m (GB/T 5496-1985), sound kernels of soybean.
    """
    return _share(measured(part), measured(whole))


def _share(part: Decimal, whole: Decimal) -> Decimal:
    if not 0 <= part <= whole:
        raise Refusal(_("A part weighs less than nothing or more than the whole. Check the weighings."))
    with localcontext(prec=EXACT):
        return _quotient(part * 100, whole)


def small_foreign_matter(*, picked: Decimal, portion: Decimal, large: Decimal) -> Decimal:
    """Return N in %, (100 - M) x m3/m2, not rounded: *picked* m3 and *portion* m2 in g, *large* M in % (GB/T 5494-2019)."""
    return _of_small_sample(picked, portion, large)


def mineral_matter(*, picked: Decimal, portion: Decimal, large: Decimal) -> Decimal:
    """Return A in %, (100 - M) x m4/m2, not rounded (GB/T 5494-2019)."""
    return _of_small_sample(picked, portion, large)


def unsound_kernels(*, picked: Decimal, portion: Decimal, large: Decimal) -> Decimal:
    """Return C in %, (100 - M) x m5/m2, not rounded (GB/T 5494-2019)."""
    return _of_small_sample(picked, portion, large)


def mouldy_kernels(*, picked: Decimal, portion: Decimal, large: Decimal) -> Decimal:
    """Return D in %, (100 - M) x m6/m2, not rounded (GB/T 5494-2019)."""
    return _of_small_sample(picked, portion, large)


def _of_small_sample(picked: Decimal, portion: Decimal, large: Decimal) -> Decimal:
    """The portion is taken from what remains after the large foreign matter, so it stands for 100 - M per cent of the sample."""
    if measured(picked) > measured(portion) or measured(large) > 100:
        raise Refusal(_("A part weighs less than nothing or more than the whole. Check the weighings."))
    with localcontext(prec=EXACT):
        return _quotient((100 - large) * picked, portion)


def foreign_matter(*, large: Decimal, small: Decimal) -> Decimal:
    """Return the total in %, B = M + N of the two means, not rounded yet, rounded once to 0.1 (GB/T 5494-2019)."""
    with localcontext(prec=EXACT):
        return round_to(measured(large) + measured(small), "0.1")


def husked_yield(*, paddy: Decimal, sound: Decimal, unsound: Decimal) -> Decimal:
    """Return husked rice yield in %, (m1 + m2/2)/m0 x 100, not rounded: unsound husked kernels count half, all g (GB/T 5495-2008)."""
    with localcontext(prec=EXACT):
        if measured(sound) + measured(unsound) > measured(paddy):
            raise Refusal(_("A part weighs less than nothing or more than the whole. Check the weighings."))
        return _share(sound + unsound / 2, paddy)


KOH = Decimal("56.1")
"""Molar mass of potassium hydroxide, g/mol, as the method writes it."""
DILUTION = 2
"""50 mL of extract, of which 25 mL are titrated."""


def fatty_acid_value(*, titrated: Decimal, blank: Decimal, concentration: Decimal, sample: Decimal, moisture: Decimal) -> Decimal:
    """Return mg KOH per 100 g dry matter, (V - V0) x c x 56.1 x 2 x 100 x 100/(m x (100 - w)), not rounded.

    *titrated* V and *blank* V0 in mL, *concentration* c in mol/L, *sample* m in g, *moisture* w in % (GB/T 20569-2006 annex A, GB/T 20570-2015 annex A).
    """
    if measured(titrated) < measured(blank):
        raise Refusal(_("The blank used more than the sample. Check the titration."))
    if measured(moisture) >= 100:
        raise Refusal(_("Moisture is 100 % or more. Check the weighings."))
    with localcontext(prec=EXACT):
        return _quotient((titrated - blank) * measured(concentration) * KOH * DILUTION * 100 * 100, measured(sample) * (100 - moisture))


def gluten_water_absorption(*, wet: Decimal, dry: Decimal) -> Decimal:
    """Return the water wet gluten holds in % of the dry one, (m1 - m2)/m2 x 100, not rounded, both g (GB/T 20571-2006 annex A)."""
    if measured(dry) > measured(wet):
        raise Refusal(_("Dry gluten weighs more than wet gluten. Check the weighings."))
    with localcontext(prec=EXACT):
        return _quotient((wet - dry) * 100, dry)


CARRIED = 50
"""Digits a quotient is carried to, as in the formulas of the library."""


def _quotient(above: Decimal, below: Decimal) -> Decimal:
    if not below:
        raise Refusal(_("Something would be divided by zero. Check the weighings."))
    with localcontext(prec=CARRIED):
        return above / below


def measured(value: Decimal) -> Decimal:
    """Return *value* where it can have been measured, or raise Refusal: whatever is reckoned with passes here, so that nothing overflows."""
    if value.is_finite() and value >= 0 and len(value.as_tuple().digits) <= 2 * CARRIED and -30 <= value.adjusted() <= 12:
        return value
    raise Refusal(_("“{value}” cannot have been measured. Write a number that is not negative, like 3.0021.").format(value=f"{value:.40}"))


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One line of a tasting sheet and the most points it can have."""

    code: str
    label: str
    most: int


STEAMED_BUN = (
    ScoreItem("volume", N_("Specific volume"), 15),
    ScoreItem("colour", N_("Surface colour"), 15),
    ScoreItem("springiness", N_("Springiness"), 10),
    ScoreItem("odour", N_("Odour"), 20),
    ScoreItem("taste", N_("Taste"), 20),
    ScoreItem("toughness", N_("Toughness"), 10),
    ScoreItem("stickiness", N_("Stickiness"), 10),
)
"""Wheat: GB/T 20571-2006 annex."""

MAIZE_BUN = (
    ScoreItem("odour", N_("Odour"), 40),
    ScoreItem("colour", N_("Colour"), 10),
    ScoreItem("outside", N_("Outer structure"), 5),
    ScoreItem("inside", N_("Inner structure"), 5),
    ScoreItem("taste", N_("Taste"), 40),
)
"""Maize: GB/T 20570-2015 annex B."""


def eating_score(points: Mapping[str, Decimal], sheet: Sequence[ScoreItem]) -> Decimal:
    """Return the sum of one judge's points; every item of the sheet has some, none more than it can have."""
    if points.keys() != {item.code for item in sheet}:
        raise Refusal(_("Give points for each of these and nothing else: {items}.").format(items=_(", ").join(_(item.label) for item in sheet)))
    for item in sheet:
        if measured(points[item.code]) > item.most:
            raise Refusal(_("{item} has at most {most} points.").format(item=_(item.label), most=item.most))
    with localcontext(prec=EXACT):
        return sum(points.values(), Decimal(0))


def volume_points(volume: Decimal) -> Decimal:
    """Return the points for the specific volume of a steamed bun in mL/g, rounded to the 0.1 the scale counts in: 15 from 2.3 on, 1 less for each 0.1 less."""
    below = (Decimal("2.3") - round_to(measured(volume), "0.1")) * 10
    return Decimal(min(15, max(0, 15 - int(below))))


@dataclass(frozen=True, slots=True)
class Panel:
    """What a panel of judges says together."""

    score: Decimal | None
    """Whole points, or None where the judges lie too far apart."""
    left_out: tuple[int, ...]
    """Numbers of the judges that do not count, from 1."""
    because: tuple[Said, ...]


def panel_score(scores: Sequence[Decimal], apart: Decimal | None) -> Panel:
    """Return the mean of the judges in whole points; who lies more than *apart* points from the first mean does not count, once.

    Without *apart* every judge counts; whether one is left out, and from how many points on, is a setting of the laboratory.
    """
    if not scores or any(measured(score) > 100 for score in scores):
        raise Refusal(_("Give the judges' scores, each from 0 to 100."))
    far = [] if apart is None else _far(scores, measured(apart))
    counted = [score for number, score in enumerate(scores, 1) if number not in far]
    why = tuple(said(N_("Judge {number}, {score}, lies more than {apart} from the mean."), number=one, score=scores[one - 1], apart=apart) for one in far)
    if not counted:
        return Panel(None, tuple(far), (*why, said(N_("No judge is left. Taste again."))))
    score = round_to(mean(counted), "1")
    return Panel(score, tuple(far), (*why, said(REPORTED, value=score)))


def _far(scores: Sequence[Decimal], apart: Decimal) -> list[int]:
    """Compared without a division: n x score against the sum."""
    count = len(scores)
    with localcontext(prec=EXACT):
        total = sum(scores, Decimal(0))
        return [number for number, score in enumerate(scores, 1) if abs(count * score - total) > count * apart]


class Hardness(StrEnum):
    """How hard wheat is."""

    HARD = "hard"
    MIXED = "mixed"
    SOFT = "soft"


HARDNESS_WORDS = {Hardness.HARD: N_("Hard wheat"), Hardness.MIXED: N_("Mixed wheat"), Hardness.SOFT: N_("Soft wheat")}


def hardness(index: Decimal) -> Hardness:
    """Return the class of a hardness index, rounded to whole numbers: 60 and more hard, 45 and less soft (GB 1351, GB/T 21304-2007)."""
    whole = round_to(measured(index), "1")
    return Hardness.HARD if whole >= 60 else Hardness.SOFT if whole <= 45 else Hardness.MIXED
