"""Certificates: reports, what was signed, and the frozen bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lims.domain.thing import Thing, key, version, words
from lims.rules.flows import CERTIFICATE_FLOW, CertificateState


class Certificate(Thing, kw_only=True):
    """One revision of a report. After approval its content and bytes never change."""

    __tablename__ = "certificate"
    flow = CERTIFICATE_FLOW
    __table_args__ = (UniqueConstraint("number", "revision"),)

    id: Mapped[int] = key()
    number: Mapped[str] = mapped_column(String(60), index=True)
    revision: Mapped[int] = mapped_column(default=1)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id"), index=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), default=None)
    cause: Mapped[str] = words()
    """Why it replaces another, or why it is void."""
    state: Mapped[CertificateState] = mapped_column(default=CertificateState.DRAFT, index=True)
    drafted_at: Mapped[datetime]
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    issued_at: Mapped[datetime | None] = mapped_column(default=None)
    verdict: Mapped[str] = words()
    """What the signed report says; empty on a draft."""
    content: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    """What was signed, as JSON."""
    digest: Mapped[str] = words()
    """SHA-256 of the canonical JSON (RFC 8785) of *content*."""
    document: Mapped[str | None] = mapped_column(ForeignKey("document.sha256"), default=None)
    version: Mapped[int] = version()
    secret = frozenset({"content"})
    __mapper_args__ = {"version_id_col": version}

    def called(self) -> str:
        return f"{self.number}-{self.revision}"

    def fixed(self, before: Mapping[str, Any]) -> frozenset[str]:
        """After approval a report is issued, replaced or declared void with a cause, nothing else."""
        if before["approved_at"] is None:
            return frozenset({"number", "revision", "sample_id", "replaces_id", "drafted_at", "cause"})
        later = {"state", "cause"} if before["issued_at"] else {"state", "cause", "issued_at"}
        return frozenset(before) - later


class Document(Thing, kw_only=True):
    """Frozen bytes under their own SHA-256."""

    __tablename__ = "document"
    added_only = True
    secret = frozenset({"content"})

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)

    def called(self) -> str:
        return self.sha256


class Signature(Thing, kw_only=True):
    """A person put their name to something, with what it means and the digest of what it covers."""

    __tablename__ = "signature"
    added_only = True

    id: Mapped[int] = key()
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id"), index=True)
    analysis_id: Mapped[int | None] = mapped_column(ForeignKey("analysis.id"), default=None, index=True)
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), default=None, index=True)
    step: Mapped[str] = mapped_column(String(20))
    """test, review, approve or void."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    digest: Mapped[str] = words()

    def called(self) -> str:
        return f"{self.step} {self.sample_id}"
