"""Rows of reports: the sheet that is printed and signed, and the lines of the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lims.rules.verdict import Verdict


class Copy(StrEnum):
    """What kind of paper a sheet is printed as."""

    DRAFT = "draft"
    """Not approved: 草稿 across every page, no digest, no code, an empty seal place."""
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class LaboratoryRow:
    """Who tests: as printed on cover and foot."""

    name: str
    address: str
    postcode: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One row of the results page, every value as it is printed."""

    number: int
    item: str
    unit: str
    requirement: str
    result: str
    verdict: Verdict
    method: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed which step, when, and what the signature means in the first person."""

    step: str
    """test, review or approve."""
    name: str
    at: datetime
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a report says. Its canonical JSON is what is signed; printing adds nothing to it but the digest."""

    number: str
    revision: int
    language: str
    laboratory: LaboratoryRow
    demonstration: bool
    sample_number: str
    form: Mapping[str, str]
    """Answers of the sampling form by question name (lims.rules.sampling.FORM)."""
    intake: Mapping[str, str]
    """Answers of the intake check by question name (lims.rules.sampling.INTAKE)."""
    received_on: date
    tested_from: date
    tested_to: date
    approved_on: date | None
    lines: tuple[SheetLine, ...]
    standards: tuple[str, ...]
    """What was judged by, each as printed: GB 2763-2021《...》."""
    methods: tuple[str, ...]
    """What was tested by, each as printed."""
    verdict: Verdict
    conclusion: str
    decision_rule: str
    notes: tuple[str, ...]
    """The notes page, one entry a paragraph, without their numbers."""
    remark: str
    signatures: tuple[Signature, ...]
    replaces: str = ""
    """Number and revision of the report this one replaces, with the reason."""
    copy: Copy = Copy.DRAFT
    digest: str = ""
    """SHA-256 (hex) of the canonical JSON (RFC 8785) of what was signed; empty on a draft."""
