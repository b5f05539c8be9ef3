"""What is said of a lot of grain: its grade, quality, storage class and food safety, each for itself.

Sources: GB 1350, 1351, 1352, 1353, GB/T 1354 (grades); GB/T 20569, 20570, 20571, 31785 (storage quality);
GB/T 8170-2008 (rounding); 粮食流通管理条例 (2021) articles 11, 17 and 18. Limits are rows of the library and come from the caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.replicates import measured
from lims.rules.rounding import plain, round_to
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
