"""Reports as they are shown: the list, the checks before approval, the signature slots."""

from __future__ import annotations

from dataclasses import replace

from lims import i18n
from lims.rules import conclusion
from lims.rules.flows import CertificateState
from lims.rules.limits import Comparison
from lims.rules.verdict import Verdict
from lims.services import analyses, catalogue, certificates, samples, worksheets
from lims.services.samples import Asked
from lims.views import certificates as view
from tests.services.small import INTAKE, PASSWORD, Small
from tests.services.stating import Stated, state

WINE = "gb2760-2024-sulphur-dioxide-wine"
ROUNDED = Comparison.ROUNDED


def checks(small: Small, key: int) -> dict[str, tuple[bool, str]]:
    """Return the checks before approval by what they ask."""
    return {check.title: (check.holds, check.detail) for check in small.do(view.card, key).checks}


def test_the_checks_say_what_is_still_missing(small: Small) -> None:
    key = small.reviewed("wine")
    assert checks(small, key) == {
        "Every result is reviewed": (True, ""),
        "Tester and reviewer are different people": (True, ""),
        "Every item has a verdict": (True, ""),
        "Every deciding limit is confirmed": (False, "Sulphur dioxide residue"),
    }
    small.do(catalogue.confirm, [WINE], by="ji")
    number = small.do(view.card, key).row.sample_number
    small.do(analyses.return_, list(small.keys(number).values()), reason="x", by="shen")
    assert {title for title, (holds, _detail) in checks(small, key).items() if not holds} == {"Every result is reviewed", "Every item has a verdict"}


def test_the_slots_are_signed_one_after_the_other(small: Small) -> None:
    key = small.reviewed("wine")
    assert [(slot.title, slot.name, bool(slot.at)) for slot in small.do(view.card, key).slots] == [
        ("Test", "姓jian", True),
        ("Review", "姓shen", True),
        ("Approval", "", False),
    ]
    small.do(catalogue.confirm, [WINE], by="ji")
    small.do(certificates.approve, key, PASSWORD, by="pi")
    card = small.do(view.card, key)
    assert (card.slots[2].name, card.slots[2].digest, card.slots[2].meaning) == ("姓pi", card.digest, "I approve this report for issue.")
    assert len(card.digest) == len(card.document) == 64


def test_the_decision_rule_says_how_values_were_compared_by_the_limit_or_else_by_the_method(small: Small) -> None:
    state(small, rounded := Stated("gb9001-so2", "sulphur-dioxide", "≤0.3", "g/L", procedure="sulphur-dioxide-reader", comparison=ROUNDED), product="wine")
    said = {}
    for code in (WINE, rounded.code):
        draft = replace(small.draft("wine"), asked=(Asked("sulphur-dioxide", "sulphur-dioxide-reader", code),))
        number = small.do(samples.receive, small.do(samples.register, draft, by="shou"), INTAKE, by="shou")
        (key,) = small.keys(number).values()
        small.do(worksheets.start, small.assigned(number), by="jian")
        small.do(analyses.enter, key, 1, "0.18", by="jian")
        small.do(analyses.submit, [key], by="jian")
        small.do(analyses.review, [key], by="shen")
        said[code] = small.do(view.sheet, small.certificate(number), small.clock()).decision_rule
    with i18n.speaking("zh_CN"):
        full, by_limit = (conclusion.decision_rule([conclusion.Finding("x", Verdict.PASS, "", how)]) for how in (Comparison.FULL, ROUNDED))
    assert said == {WINE: full, rounded.code: by_limit}


def test_the_list_is_newest_first_and_by_state(small: Small) -> None:
    first, second = small.issued("wine"), small.reviewed("wine")
    assert [row.id for row in small.do(view.rows)] == [second, first]
    assert [row.id for row in small.do(view.rows, states=(CertificateState.DRAFT,))] == [second]
    assert [row.id for row in small.do(view.rows, limit=1)] == [second]
    assert small.do(view.counts) == {CertificateState.DRAFT: 1, CertificateState.ISSUED: 1}


def test_the_verdict_of_a_signed_report_is_what_it_says_whatever_came_after(small: Small) -> None:
    first = small.issued("wine")
    number = small.do(view.card, first).row.sample_number
    small.do(certificates.revise, first, reason="复测", by="pi")
    (key,) = small.keys(number).values()
    small.do(analyses.return_, [key], reason="复测", by="shen")
    small.do(analyses.enter, key, 1, "0.9", by="jian")
    assert [(row.revision, row.verdict) for row in small.do(view.rows)] == [(2, Verdict.FAIL), (1, Verdict.PASS)]


def test_a_revision_says_what_it_replaces_and_why(small: Small) -> None:
    second = small.do(certificates.revise, small.issued("wine"), reason="地址写错", by="pi")
    card = small.do(view.card, second)
    assert (card.row.number, card.row.revision, card.replaces, card.cause) == ("BG2026-00001", 2, "BG2026-00001-1", "地址写错")


def test_the_sheet_of_a_draft_reads_in_the_reports_language_whatever_the_window_speaks(small: Small) -> None:
    key = small.reviewed("wine")
    with small.store.work() as work:
        sheet = view.sheet(work, key, work.now())
    assert "GB 2760-2024《食品安全国家标准 食品添加剂使用标准》" in sheet.conclusion
    assert sheet.conclusion.endswith("合格。")
    assert (sheet.lines[0].item, sheet.approved_on, sheet.digest) == ("二氧化硫残留量", None, "")
