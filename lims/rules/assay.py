"""Calculations of assays and losses of drugs, and the judgement of an assay.

Sources: ChP, General Notices (upper limit of an assay, constant weight), general chapter 0831 (loss on drying); usual formulas of drug analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.pharmacopoeia import ROOM, not_negative, number, positive, ratio, within
from lims.rules.verdict import Decision, said

ONE = Decimal(1)
SUBSTANCE_MOST = Decimal("101.0")
"""Per cent: what an assay of a drug substance may give at most where its monograph names no upper limit (General Notices)."""
CONSTANT = Decimal("0.0003")
"""g between two weighings of constant weight (General Notices, 0831)."""


def assay(value: Decimal, low: Decimal | None, high: Decimal | None = None, *, substance: bool = False, rounding: str | None = None) -> Decision:
    """Judge an assay in per cent; one of a drug *substance* without an upper limit may give 101.0 % at most (ChP General Notices).

    Without any limit of its monograph it stays undecided.
    """
    if not substance or low is None or high is not None:
        return within(value, low, high, rounding=rounding)
    decision = within(value, low, SUBSTANCE_MOST, rounding=rounding)
    why = said(N_("The monograph names no upper limit: for a drug substance not more than {limit} % (ChP General Notices)."), limit=SUBSTANCE_MOST)
    return Decision(decision.verdict, (*decision.because, why))


def titrated(
    volume: Decimal, blank: Decimal, titer: Decimal, factor: Decimal, weighed: Decimal, *, mean_weight: Decimal = ONE, label: Decimal = ONE
) -> Decimal:
    """Return the content by titration in per cent: (V - V0) T F 10^-3 W / (m label) 100.

    *volume* and *blank* in mL, *titer* in mg/mL, *factor* that of the volumetric solution, *weighed*, *mean_weight* and *label* (of one unit) in g.
    Without mean weight and label it is per cent of what was weighed, as for a drug substance.
    """
    not_negative(_("Volume used"), volume)
    not_negative(_("Blank volume"), blank)
    if volume < blank:
        raise Refusal(_("The blank is larger than the volume used. In a back titration exchange the two, or else enter them again."))
    with localcontext(prec=ROOM):
        found = (volume - blank) * positive(_("Titer"), titer) * positive(_("Correction factor"), factor) / 1000
    return _share(found, weighed, mean_weight, label)


def by_absorptivity(
    absorbance: Decimal, absorptivity: Decimal, dilution: Decimal, weighed: Decimal, *, mean_weight: Decimal = ONE, label: Decimal = ONE
) -> Decimal:
    """Return the content by E(1 %, 1 cm) in per cent: A / E 1/100 D W / (m label) 100; *dilution* in mL, masses in g as in `titrated`."""
    with localcontext(prec=ROOM):
        found = not_negative(_("Absorbance"), absorbance) * positive(_("Dilution volume"), dilution) / 100
    return _share(found, weighed, mean_weight, label, positive(_("Absorption coefficient"), absorptivity))


def by_reference(
    response: Decimal,
    reference: Decimal,
    concentration: Decimal,
    dilution: Decimal,
    weighed: Decimal,
    *,
    mean_weight: Decimal = ONE,
    label: Decimal = ONE,
) -> Decimal:
    """Return the content against a reference solution in per cent: Ax / Ar Cr D W / (m label) 100.

    *response* and *reference* are absorbances or peak areas, *concentration* that of the reference in g/mL, *dilution* in mL, masses in g as in `titrated`.
    """
    with localcontext(prec=ROOM):
        found = not_negative(_("Response of the sample"), response) * positive(_("Concentration of the reference"), concentration)
        found *= positive(_("Dilution volume"), dilution)
    return _share(found, weighed, mean_weight, label, positive(_("Response of the reference"), reference))


def on_dry_basis(result: Decimal, water: Decimal) -> Decimal:
    """Return *result* on the dried or anhydrous basis: result / (1 - water); *water* or loss on drying in per cent."""
    not_negative(_("A result"), result)
    if not_negative(_("Water or loss on drying"), water) >= 100:
        raise Refusal(_("Water or loss on drying lies below 100 %. Enter it again."))
    with localcontext(prec=ROOM):
        return ratio(result * 100, 100 - water)


def loss_on_drying(dish: Decimal, sample: Decimal, dried: Decimal) -> Decimal:
    """Return the loss in per cent: (m1 + m2 - m3) / m2 100; empty *dish*, *sample*, and *dried* sample with the dish, all in g (ChP 0831)."""
    not_negative(_("Empty dish"), dish)
    positive(_("Amount weighed"), sample)
    with localcontext(prec=ROOM):
        lost = dish + sample - number(dried)
        if not 0 <= lost <= sample:
            raise Refusal(_("The dried sample must weigh between the empty dish and the dish with the sample. Enter the weighings again."))
        return ratio(lost * 100, sample)


def residue_on_ignition(residue: Decimal, sample: Decimal) -> Decimal:
    """Return the residue in per cent of the *sample*, both in g."""
    if not_negative(_("Residue on ignition"), residue) > positive(_("Amount weighed"), sample):
        raise Refusal(_("The residue weighs more than the sample. Enter the weighings again."))
    with localcontext(prec=ROOM):
        return ratio(residue * 100, sample)


def constant_weight(weighings: Sequence[Decimal], allowed: Decimal = CONSTANT) -> bool:
    """Tell whether the last two *weighings* differ by no more than *allowed*, all in g (ChP General Notices; 0.3 mg)."""
    for one in (allowed, *weighings):
        not_negative(_("A weighing"), one)
    if len(weighings) < 2:
        return False
    with localcontext(prec=ROOM):
        return abs(weighings[-1] - weighings[-2]) <= allowed


def relative_deviation(one: Decimal, other: Decimal) -> Decimal:
    """Return by how much two results deviate from their mean, in per cent of it: |a - b| / (a + b) 100. How much may be is the laboratory's to say."""
    not_negative(_("A result"), one)
    not_negative(_("A result"), other)
    with localcontext(prec=ROOM):
        if not one + other:
            raise Refusal(_("Both results are zero, so they have no relative deviation. Compare them as they are."))
        return ratio(abs(one - other) * 100, one + other)


def _share(found: Decimal, weighed: Decimal, mean_weight: Decimal, label: Decimal, divisor: Decimal = ONE) -> Decimal:
    with localcontext(prec=ROOM):
        held = found * positive(_("Mean weight"), mean_weight) * 100
        return ratio(held, positive(_("Amount weighed"), weighed) * positive(_("Labelled amount"), label) * divisor)
