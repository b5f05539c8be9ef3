"""Reports: drafted by themselves, approved by a third person, frozen, issued, replaced or void, never changed."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import rfc8785
import zxingcpp
from sqlalchemy import select, text, update

from lims.domain.certificates import Certificate, Document, Signature
from lims.errors import Refusal, Trouble
from lims.rules.flows import CertificateState
from lims.rules.verdict import Verdict
from lims.services import analyses, catalogue, certificates, settings, worksheets
from lims.views import certificates as view
from tests.services.small import PASSWORD, Apart, Small

UNCONFIRMED = (
    "The laboratory has not confirmed the limit of Sulphur dioxide residue, so it cannot decide a report. Technical manager can confirm it under Limits."
)
WINE = "gb2760-2024-sulphur-dioxide-wine"


def row(small: Small, key: int) -> Certificate:
    """Return the row itself."""
    with small.store.work() as work:
        return work.get_one(Certificate, key)


def bytes_of(small: Small, key: int) -> bytes:
    """Return the frozen bytes."""
    content, _state = small.do(view.pdf, key)
    return content


def words_of(pages: bytes) -> str:
    """Return what can be read in a PDF."""
    document = pypdfium2.PdfDocument(pages)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def approved_wine(small: Small) -> int:
    """Approve the report of a wine; return its key."""
    key = small.reviewed("wine")
    small.do(catalogue.confirm, [WINE], by="ji")
    small.do(certificates.approve, key, PASSWORD, by="pi")
    return key


# -- drafting and approving


def test_a_report_is_drafted_when_everything_is_reviewed_and_not_before(small: Small) -> None:
    number = small.submitted()
    keys = list(small.keys(number).values())
    small.do(analyses.review, keys[:2], by="shen")
    assert small.do(view.rows) == []
    small.do(analyses.review, keys[2:], by="shen")
    (draft,) = small.do(view.rows)
    assert (draft.number, draft.revision, draft.state, draft.sample_number) == ("BG2026-00001", 1, CertificateState.DRAFT, number)


def test_a_report_is_drafted_once_also_when_its_last_two_results_pass_at_two_workstations_at_once(small: Small, apart: Apart) -> None:
    number = small.submitted()
    first, second, third = small.keys(number).values()
    small.do(analyses.review, [third], by="shen")
    small.people["shen2"] = small.people["quan3"]
    said = apart(
        lambda work: analyses.review(work, [first], by=small.people["shen"]),
        lambda work: analyses.review(work, [second], by=small.people["shen2"]),
    )
    assert said is None
    assert [draft.sample_number for draft in small.do(view.rows)] == [number]


def test_no_report_is_decided_by_a_limit_nobody_confirmed(small: Small) -> None:
    key = small.reviewed("wine")
    assert small.refused(certificates.approve, key, PASSWORD, by="pi") == UNCONFIRMED
    small.do(catalogue.confirm, [WINE], by="ji")
    assert small.do(certificates.approve, key, PASSWORD, by="pi") == "BG2026-00001-1"


def test_no_report_is_approved_while_a_result_is_not_reviewed(small: Small) -> None:
    key = small.reviewed("wine")
    small.do(catalogue.confirm, [WINE], by="ji")
    (analysis,) = small.keys(small.do(view.rows)[0].sample_number).values()
    small.do(analyses.return_, [analysis], reason="复核", by="shen")
    assert small.refused(certificates.approve, key, PASSWORD, by="pi") == "Not reviewed yet: Sulphur dioxide residue."


def test_no_report_is_approved_without_a_verdict(small: Small) -> None:
    number = small.begun("wine")
    (analysis,) = small.keys(number).values()
    small.do(analyses.enter, analysis, 1, ">0.1", by="jian")
    small.do(analyses.submit, [analysis], by="jian")
    small.do(analyses.review, [analysis], by="shen")
    small.do(catalogue.confirm, [WINE], by="ji")
    said = small.refused(certificates.approve, small.certificate(number), PASSWORD, by="pi")
    assert said == "No verdict yet on Sulphur dioxide residue. Open it with F3 to see what is missing."


def test_no_report_is_approved_with_nothing_in_it(small: Small) -> None:
    key = small.reviewed("wine")
    (analysis,) = small.keys(small.do(view.rows)[0].sample_number).values()
    small.do(analyses.return_, [analysis], reason="复核", by="shen")
    small.do(analyses.cancel, [analysis], reason="样品用尽", by="jian")
    said = small.refused(certificates.approve, key, PASSWORD, by="pi")
    assert said == "Nothing was tested of this sample, so there is nothing to report."


def test_a_wrong_password_freezes_nothing(small: Small) -> None:
    key = small.reviewed("wine")
    small.do(catalogue.confirm, [WINE], by="ji")
    with pytest.raises(Refusal, match="Wrong password"):
        small.do(certificates.approve, key, "wrong-2026", by="pi")
    kept = row(small, key)
    assert (kept.state, kept.digest, kept.document, kept.content, kept.verdict) == (CertificateState.DRAFT, "", None, None, "")


@pytest.mark.parametrize("first", ["approve", "return"])
def test_a_result_cannot_be_returned_while_its_report_is_approved_at_another_workstation(small: Small, apart: Apart, first: str) -> None:
    key = small.reviewed("wine")
    small.do(catalogue.confirm, [WINE], by="ji")
    analysis = list(small.keys(small.do(view.rows)[0].sample_number).values())
    jobs = {
        "approve": lambda work: certificates.approve(work, key, PASSWORD, by=small.people["pi"]),
        "return": lambda work: analyses.return_(work, analysis, reason="复核", by=small.people["shen"]),
    }
    said = apart(jobs.pop(first), *jobs.values())
    assert isinstance(said, Refusal)
    assert (row(small, key).state is CertificateState.APPROVED, small.row(analysis[0]).state == "reviewed") == ((first == "approve"),) * 2


def test_a_report_is_approved_once(small: Small) -> None:
    key = approved_wine(small)
    assert small.refused(certificates.approve, key, PASSWORD, by="pi") == "“Approve” is not possible: it is approved."


# -- what is frozen


def test_the_frozen_bytes_bear_their_own_sha_256_and_stay_the_same(small: Small) -> None:
    key = approved_wine(small)
    content, kept = bytes_of(small, key), row(small, key)
    assert kept.document == hashlib.sha256(content).hexdigest()
    small.clock.forward(small.clock() - datetime(2026, 11, 22, tzinfo=small.clock().tzinfo))
    small.do(settings.change, {"laboratory_name": "另一个名称"}, by="guan")
    small.do(certificates.issue, key, by="pi")
    assert small.do(certificates.pages, key) == bytes_of(small, key) == content


def test_the_digest_is_that_of_the_canonical_json_of_what_was_signed(small: Small) -> None:
    key = approved_wine(small)
    kept = row(small, key)
    assert kept.digest == hashlib.sha256(rfc8785.dumps(kept.content)).hexdigest()
    with small.store.work() as work:
        signature = work.scalars(select(Signature).where(Signature.step == "approve")).one()
    assert (signature.digest, signature.person_id, signature.certificate_id) == (kept.digest, small.people["pi"].id, key)


def test_what_was_signed_says_everything_that_is_printed(small: Small) -> None:
    key = approved_wine(small)
    said = row(small, key).content
    assert said is not None
    head = ("number", "revision", "sample_number", "verdict", "approved_on")
    assert [said[name] for name in head] == ["BG2026-00001", 1, "SP2026-00001", "pass", "2026-11-23"]
    assert [(line["item"], line["result"], line["requirement"], line["unit"]) for line in said["lines"]] == [("二氧化硫残留量", "0.18", "≤ 0.25", "g/L")]
    assert [(one["step"], one["name"]) for one in said["signatures"]] == [("test", "姓jian"), ("review", "姓shen"), ("approve", "姓pi")]
    assert "digest" not in said
    printed = words_of(bytes_of(small, key))
    for words in ("BG2026-00001", "SP2026-00001", "二氧化硫残留量", "0.18", "0.25", "姓jian", "姓shen", "姓pi", "示范区检验所"):
        assert words in printed


def test_the_reports_code_carries_number_revision_and_digest(small: Small) -> None:
    key = approved_wine(small)
    document = pypdfium2.PdfDocument(bytes_of(small, key))
    read = [code.text for page in document for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    document.close()
    kept = row(small, key)
    assert read
    assert all(part in read[0] for part in ("BG2026-00001", "1", kept.digest))


def test_the_approval_is_signed_with_its_meaning_on_the_day_of_the_laboratory(small: Small) -> None:
    small.clock.forward(datetime(2026, 11, 23, 17, 0, tzinfo=small.clock().tzinfo) - small.clock())
    key = approved_wine(small)
    approval = row(small, key).content["signatures"][-1]
    assert (approval["day"], approval["meaning"]) == ("2026-11-24", "我批准签发本报告。")


def test_a_draft_is_marked_and_carries_no_digest(small: Small) -> None:
    key = small.reviewed("wine")
    assert "草稿" in words_of(small.do(certificates.pages, key))
    assert small.do(view.card, key).digest == ""


# -- nothing changes any more

COLUMNS = tuple(column.key for column in Certificate.__table__.columns)
OPEN = {"state", "cause", "issued_at", "version"}
OTHER: dict[str, Any] = {
    "id": 99,
    "number": "BG2026-00009",
    "revision": 2,
    "sample_id": 2,
    "replaces_id": 1,
    "drafted_at": datetime.fromisoformat("2026-01-01T00:00:00Z"),
    "approved_at": datetime.fromisoformat("2026-01-01T00:00:00Z"),
    "approved_by": 1,
    "issued_at": datetime.fromisoformat("2026-01-01T00:00:00Z"),
    "verdict": "fail",
    "content": {"number": "forged"},
    "digest": "0" * 64,
    "document": None,
    "cause": "forged",
    "state": CertificateState.DRAFT,
}


def test_no_column_of_an_issued_report_is_changed_through_a_unit_of_work(small: Small, subtests: pytest.Subtests) -> None:
    key = small.issued("wine")
    before = {name: getattr(row(small, key), name) for name in COLUMNS}
    assert set(OTHER) | OPEN == set(before)
    for name in OTHER.keys() - {"id", "cause"}:
        with subtests.test(name), pytest.raises(RuntimeError, match=r"can no longer change|no move leads"):
            small.do(forge, key, name, small.people["pi"])
    assert {name: getattr(row(small, key), name) for name in before} == before


def forge(work: Any, key: int, name: str, by: Any) -> None:
    """Overwrite a column of a report."""
    with work.acting(by, "forge"):
        setattr(work.get_one(Certificate, key), name, OTHER[name])


def test_no_row_of_a_report_is_changed_or_deleted_beside_the_unit_of_work(small: Small, subtests: pytest.Subtests) -> None:
    key = small.issued("wine")
    document = row(small, key).document
    statements = [
        *(update(Certificate).where(Certificate.id == key).values({name: value}) for name, value in OTHER.items()),
        update(Document).values(content=b"forged"),
        update(Signature).values(person_id=1),
        Certificate.__table__.delete(),
        Document.__table__.delete(),
        text("UPDATE certificate SET digest = ''"),
        text("DELETE FROM document"),
    ]
    for statement in statements:
        with subtests.test(str(statement)[:60]), pytest.raises(RuntimeError, match=r"through the unit of work|do not reach the trail"):
            small.do(lambda work, statement=statement: work.execute(statement))
    assert row(small, key).document == document
    assert hashlib.sha256(bytes_of(small, key)).hexdigest() == document


@pytest.mark.parametrize("kind", [Document, Signature])
def test_documents_and_signatures_are_written_once_and_never_deleted(small: Small, kind: Any) -> None:
    small.issued("wine")

    def overwrite(work: Any) -> None:
        with work.acting(small.people["pi"], "forge"):
            one = work.scalars(select(kind)).first()
            setattr(one, "content" if kind is Document else "digest", b"forged" if kind is Document else "forged")

    def remove(work: Any) -> None:
        with work.acting(small.people["pi"], "forge"):
            work.delete(work.scalars(select(kind)).first())

    with pytest.raises(RuntimeError, match="can no longer change"):
        small.do(overwrite)
    with pytest.raises(RuntimeError, match="nothing is ever deleted"):
        small.do(remove)


# -- void


@pytest.mark.parametrize("stage", ["approved", "issued"])
def test_a_report_is_declared_void_with_a_reason_and_the_password_and_its_bytes_stay(small: Small, stage: str) -> None:
    key = approved_wine(small)
    if stage == "issued":
        small.do(certificates.issue, key, by="pi")
    content = bytes_of(small, key)
    assert small.refused(certificates.void, key, PASSWORD, reason=" ", by="pi") == "“Void” needs a reason. Write why."
    with pytest.raises(Refusal, match="Wrong password"):
        small.do(certificates.void, key, "wrong-2026", reason="样品名有误", by="pi")
    small.do(certificates.void, key, PASSWORD, reason=" 样品名有误 ", by="pi")
    kept = row(small, key)
    assert (kept.state, kept.cause, bytes_of(small, key)) == (CertificateState.VOID, "样品名有误", content)
    with small.store.work() as work:
        assert work.scalars(select(Signature.digest).where(Signature.step == "void")).one() == kept.digest


def test_a_void_report_is_shown_and_printed_with_void_across_it(small: Small) -> None:
    key = approved_wine(small)
    before = small.do(certificates.pages, key)
    small.do(certificates.void, key, PASSWORD, reason="x", by="pi")
    copy = small.do(certificates.pages, key)
    assert copy != before
    with pikepdf.open(io.BytesIO(copy)) as stamped, pikepdf.open(io.BytesIO(before)) as original:
        assert len(stamped.pages) == len(original.pages)


def test_nothing_comes_after_void(small: Small) -> None:
    key = approved_wine(small)
    small.do(certificates.void, key, PASSWORD, reason="x", by="pi")
    for job, arguments, options in (
        (certificates.approve, (PASSWORD,), {}),
        (certificates.issue, (), {}),
        (certificates.revise, (), {"reason": "x"}),
        (certificates.void, (PASSWORD,), {"reason": "x"}),
    ):
        assert small.refused(job, key, *arguments, by="pi", **options).endswith("is not possible: it is void.")


def test_a_draft_is_neither_issued_nor_void_nor_revised(small: Small) -> None:
    key = small.reviewed("wine")
    for job, arguments, options in (
        (certificates.issue, (), {}),
        (certificates.revise, (), {"reason": "x"}),
        (certificates.void, (PASSWORD,), {"reason": "x"}),
    ):
        assert small.refused(job, key, *arguments, by="pi", **options).endswith("is not possible: it is to approve.")


def test_after_void_the_work_can_be_done_again_and_gets_a_report_of_its_own(small: Small) -> None:
    key = small.issued("wine")
    number = small.do(view.rows)[0].sample_number
    (analysis,) = small.keys(number).values()
    small.do(certificates.void, key, PASSWORD, reason="称样有误", by="pi")
    small.do(analyses.return_, [analysis], reason="重做", by="shen")
    small.do(analyses.enter, analysis, 1, "0.30", by="jian")
    small.do(analyses.submit, [analysis], by="jian")
    small.do(analyses.review, [analysis], by="shen")
    again = small.certificate(number)
    assert small.do(certificates.approve_and_issue, again, PASSWORD, by=small.people["pi"]) == "BG2026-00002-1"
    assert [(one.number, one.verdict, one.state) for one in small.do(view.rows)] == [
        ("BG2026-00002", Verdict.FAIL, CertificateState.ISSUED),
        ("BG2026-00001", Verdict.PASS, CertificateState.VOID),
    ]


# -- revisions


def test_a_revision_replaces_when_it_is_approved_and_says_what_and_why(small: Small) -> None:
    first = small.issued("wine")
    assert small.refused(certificates.revise, first, reason=" ", by="pi") == "A revision says what it corrects and why. Write the reason."
    second = small.do(certificates.revise, first, reason=" 地址写错 ", by="pi")
    assert small.refused(certificates.revise, first, reason="x", by="pi") == "A revision of this report is being drafted already."
    assert (row(small, first).state, row(small, second).state) == (CertificateState.ISSUED, CertificateState.DRAFT)
    content = bytes_of(small, first)
    assert small.do(certificates.approve_and_issue, second, PASSWORD, by=small.people["pi"]) == "BG2026-00001-2"
    assert (row(small, first).state, row(small, second).state) == (CertificateState.REPLACED, CertificateState.ISSUED)
    assert bytes_of(small, first) == content
    assert "BG2026-00001-1" in row(small, second).content["replaces"]
    assert "地址写错" in words_of(bytes_of(small, second))
    assert small.refused(certificates.revise, first, reason="x", by="pi") == "“Replace” is not possible: it is replaced."


def test_while_a_revision_is_drafted_its_results_can_be_returned_and_done_again(small: Small) -> None:
    first = small.issued("wine")
    number = small.do(view.rows)[0].sample_number
    (analysis,) = small.keys(number).values()
    second = small.do(certificates.revise, first, reason="复测", by="pi")
    small.do(analyses.return_, [analysis], reason="复测", by="shen")
    small.do(analyses.enter, analysis, 1, "0.26", by="jian")
    small.do(analyses.submit, [analysis], by="jian")
    small.do(analyses.review, [analysis], by="shen")
    assert len(small.do(view.rows)) == 2
    small.do(certificates.approve, second, PASSWORD, by="pi")
    assert [(one.revision, one.verdict) for one in small.do(view.rows)] == [(2, Verdict.FAIL), (1, Verdict.PASS)]
    assert "0.18" in words_of(bytes_of(small, first))


def test_a_report_declared_void_while_its_revision_is_drafted_stays_void(small: Small) -> None:
    first = small.issued("wine")
    second = small.do(certificates.revise, first, reason="地址写错", by="pi")
    small.do(certificates.void, first, PASSWORD, reason="先作废", by="pi")
    small.do(certificates.approve, second, PASSWORD, by="pi")
    assert row(small, first).state is CertificateState.VOID


# -- copies in the folder


def test_a_missing_copy_is_written_again_from_the_frozen_bytes(small: Small, tmp_path: Path) -> None:
    key = approved_wine(small)
    small.reviewed("wine")
    (path,) = small.do(certificates.write_copies, tmp_path / "reports")
    assert (path.name, path.read_bytes()) == ("BG2026-00001-1.pdf", bytes_of(small, key))
    path.unlink()
    assert small.do(certificates.write_copies, tmp_path / "reports") == [path]
    assert path.read_bytes() == bytes_of(small, key)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_copy_that_cannot_be_written_is_said_and_leaves_no_half_behind(small: Small, tmp_path: Path) -> None:
    approved_wine(small)
    (tmp_path / "reports").write_text("a file, no folder")
    with pytest.raises(Trouble, match=r"could not be written: .*\. The report is safe in the database\."):
        small.do(certificates.write_copies, tmp_path / "reports")
    assert [one.name for one in tmp_path.iterdir()] == ["reports"]


# -- what cannot be printed


def test_a_missing_glyph_refuses_the_report_and_names_it(small: Small) -> None:
    number = small.received("wine", sample_name="葡萄酒🍷")
    (key,) = small.keys(number).values()
    small.do(worksheets.start, small.assigned(number), by="jian")
    small.do(analyses.enter, key, 1, "0.18", by="jian")
    small.do(analyses.submit, [key], by="jian")
    small.do(analyses.review, [key], by="shen")
    small.do(catalogue.confirm, [WINE], by="ji")
    report = small.certificate(number)
    assert "🍷" in small.refused(certificates.approve, report, PASSWORD, by="pi")
    assert "🍷" in small.refused(certificates.pages, report)
    assert row(small, report).state is CertificateState.DRAFT
