"""What is tested unit by unit in a dosage form: weight and fill variation, volume, minimum fill, disintegration, and the retest of a few more units.

Sources: ChP general chapters 0101-0123 (variation of weight and fill, by dosage form), 0921 (disintegration), 0922 (melting time), 0942 (minimum fill).
Limits, numbers of units and how many may lie outside are the chapter's and come with the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, localcontext
from operator import ge, gt, le, lt

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.limits import Operator
from lims.rules.pharmacopoeia import counted, not_negative, positive, short, surplus, wanting
from lims.rules.rounding import EXACT, plain, round_to
from lims.rules.verdict import Decision, Said, Verdict, said

KEEPS: Mapping[Operator, Callable[[Decimal, Decimal], bool]] = {
    Operator.AT_MOST: le,
    Operator.BELOW: lt,
    Operator.AT_LEAST: ge,
    Operator.ABOVE: gt,
}
LONGER = (Operator.AT_LEAST, Operator.ABOVE)
"""Limits that a unit keeps which has not come apart at all."""


def variation(weights: Sequence[Decimal], limit: Decimal, *, count: int, outside: int, rounding: str, chapter: str, label: Decimal | None = None) -> Decision:
    """Judge weight or fill variation: of *count* units at most *outside* deviate by more than *limit* per cent, none by more than twice as much.

    Each is held against the mean, or against the *label* in the weights' unit; its deviation is compared rounded to *rounding*, empty for the full value.
    Tablets: 20 and 2 (ChP 0101); suppositories: 10 and 1 (ChP 0107).
    """
    _sensible(count, outside=outside)
    have, deviations = counted(weights, count), _deviations(weights, rounding, label)
    limit = positive(_("The limit"), limit)
    if have < count:
        return wanting(have, count)
    with localcontext(prec=EXACT):
        beyond, twice = (sum(one > times * limit for one in deviations) for times in (1, 2))
    words = N_("{beyond} beyond ±{limit} %, where {outside} may be; {twice} beyond twice that, where none may be (ChP general chapter {chapter}).")
    rule = said(words, beyond=beyond, limit=limit, outside=outside, twice=twice, chapter=chapter)
    return Decision(_verdict(beyond <= outside and not twice), (_largest(deviations, label), rule))


def variation_of_each(
    weights: Sequence[Decimal], limit: Decimal, *, first: int, again: int, rounding: str, chapter: str, label: Decimal | None = None
) -> Decision:
    """Judge fill variation where each of the *first* units must keep *limit* per cent; one that does not asks for *again* more, which all must.

    The units of the retest are held against the *label* or against their own mean. Sterile powders: 5 and 10 (ChP 0102).
    """
    _sensible(first, again)
    counted(weights, first + again)
    limit = positive(_("The limit"), limit)
    groups = [_deviations(group, rounding, label) for group in (weights[:first], weights[first:]) if group]
    deviations = [one for group in groups for one in group]
    decision = retested([one <= limit for one in deviations], first=first, again=again, chapter=chapter)
    return Decision(decision.verdict, (_largest(deviations, label), *decision.because), decision.further)


def retested(kept: Sequence[bool], *, first: int, again: int, chapter: str, allowed: int = 1) -> Decision:
    """Judge units of which it is known whether each *kept* its limit: all of the *first*, or all but *allowed* and then all of *again* more.

    Disintegration: 6 and 6 (ChP 0921); melting time: 3 and 3 (ChP 0922).
    """
    _sensible(first, again, outside=allowed)
    have = counted(kept, first + again)
    if have < first:
        return wanting(have, first)
    failed, later = kept[:first].count(False), kept[first:]
    counts = said(N_("{kept} of the first {first} units keep the limit (ChP general chapter {chapter})."), kept=first - failed, first=first, chapter=chapter)
    if not 1 <= failed <= allowed:
        return Decision(_verdict(not failed), (counts, *surplus(have, first)))
    if len(later) < again:
        wanted = said(N_("{again} more units are tested, and all must keep it."), again=again)
        return Decision(Verdict.UNDECIDED, (counts, wanted), again - len(later))
    retest = said(N_("{kept} of {again} units of the retest keep it."), kept=later.count(True), again=again)
    return Decision(_verdict(all(later)), (counts, retest))


def disintegration(
    times: Sequence[Decimal | None],
    limit: Decimal,
    *,
    operator: Operator = Operator.AT_MOST,
    first: int = 6,
    again: int = 6,
    chapter: str = "0921",
) -> Decision:
    """Judge the *times* after which each unit has come apart, None for not at all; *limit* in the same unit of time.

    All of the *first* units keep the limit, or all but one and then all of *again* more (ChP 0921). Lozenges are held to a time they must outlast.
    """
    if operator not in KEEPS:
        raise Refusal(_("A time is held against ≤, <, ≥ or >. Choose one of them."))
    positive(_("The limit"), limit)
    kept = [operator in LONGER if one is None else KEEPS[operator](not_negative(_("Time"), one), limit) for one in times]
    decision = retested(kept, first=first, again=again, chapter=chapter)
    known = [one for one in times if one is not None]
    facts = {"limit": f"{operator} {plain(limit)}", "never": len(times) - len(known), "longest": plain(max(known)) if known else "—"}
    words = N_("Limit {limit}; longest time {longest}; not at all: {never}.")
    return Decision(decision.verdict, (said(words, **facts), *decision.because), decision.further)


def minimum_fill(fills: Sequence[Decimal], label: Decimal, share: Decimal, *, count: int, rounding: str) -> Decision:
    """Judge the fill of *count* containers: their mean at the *label* or above, each at *share* per cent of it or above (ChP 0942).

    One container below its share asks for as many again, which must all keep both. Per cents are compared rounded to *rounding*, empty for the full value.
    """
    _sensible(count)
    have = counted(fills, 2 * count)
    _measured(fills, label, share)
    if have < count:
        return wanting(have, count)
    mean_kept, below, words = _filled(fills[:count], label, share, rounding)
    if not mean_kept or below != 1:
        return Decision(_verdict(mean_kept and not below), (words, *surplus(have, count)))
    if have < 2 * count:
        wanted = said(N_("{again} more units are tested, and all must keep it."), again=count)
        return Decision(Verdict.UNDECIDED, (words, wanted), 2 * count - have)
    mean_kept, below, retest = _filled(fills[count:], label, share, rounding)
    return Decision(_verdict(mean_kept and not below), (words, retest))


def single_dose_volume(volumes: Sequence[Decimal], label: Decimal, least: Decimal, *, count: int, outside: int, rounding: str, chapter: str) -> Decision:
    """Judge the volume of *count* single doses: at most *outside* below the *label*, none below *least* per cent of it.

    Oral liquids: 10, 1 and 95 % (ChP 0123); injections: none below the label (ChP 0102).
    """
    _sensible(count, outside=outside)
    have = counted(volumes, count)
    _measured(volumes, label, least)
    if have < count:
        return wanting(have, count)
    shares = [_share(one, label, rounding) for one in volumes]
    below, far = (sum(one < bound for one in shares) for bound in (Decimal(100), least))
    words = N_("{below} below the labelled amount, where {outside} may be; {far} below {least} % of it, where none may be (ChP general chapter {chapter}).")
    rule = said(words, below=below, outside=outside, far=far, least=least, chapter=chapter)
    return Decision(_verdict(below <= outside and not far), (rule,))


def _deviations(weights: Sequence[Decimal], rounding: str, label: Decimal | None) -> list[Decimal]:
    """Return by how much each weight deviates from the label or the mean, in per cent of it, rounded."""
    for weight in weights:
        not_negative(_("A weight"), weight)
    with localcontext(prec=EXACT):
        reference, times = (sum(weights, Decimal(0)), len(weights)) if label is None else (positive(_("Labelled amount"), label), 1)
        if not reference:
            raise Refusal(_("All weights are zero. Enter them again."))
        return [round_to(abs(weight * times - reference) * 100 / reference, rounding) for weight in weights]


def _measured(fills: Sequence[Decimal], label: Decimal, least: Decimal) -> None:
    positive(_("Labelled amount"), label)
    positive(_("The limit"), least)
    for fill in fills:
        not_negative(_("A fill"), fill)


def _share(fill: Decimal, label: Decimal, rounding: str, count: int = 1) -> Decimal:
    """Return a fill, or the sum of *count* fills, in per cent of the label, rounded."""
    with localcontext(prec=EXACT):
        return round_to(fill * 100 / (label * count), rounding)


def _filled(fills: Sequence[Decimal], label: Decimal, least: Decimal, rounding: str) -> tuple[bool, int, Said]:
    """Tell whether the mean is at the label, and how many containers lie below their share."""
    with localcontext(prec=EXACT):
        mean = _share(sum(fills, Decimal(0)), label, rounding, len(fills))
    below = sum(_share(fill, label, rounding) < least for fill in fills)
    words = N_("Mean {mean} % of the label, where 100 % must be; {below} of {count} containers below {least} % (ChP general chapter 0942).")
    return mean >= 100, below, said(words, mean=short(mean), below=below, count=len(fills), least=least)


def _largest(deviations: Sequence[Decimal], label: Decimal | None) -> Said:
    words = N_("{count} units against their mean; the largest deviation is {largest} %.")
    if label is not None:
        words = N_("{count} units against the labelled amount; the largest deviation is {largest} %.")
    return said(words, count=len(deviations), largest=short(max(deviations)))


def _verdict(kept: bool) -> Verdict:
    return Verdict.PASS if kept else Verdict.FAIL


def _sensible(*units: int, outside: int = 0) -> None:
    if min(units) < 1 or outside < 0:
        raise Refusal(_("A rule tests at least one unit, and none or more may lie outside. Correct the numbers of the rule."))
