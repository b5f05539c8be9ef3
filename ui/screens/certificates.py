"""Reports: what may be approved, its pages, the checks before and the three signatures; void and revision afterwards."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from lims.i18n import N_, _, n_
from lims.rules.flows import CERTIFICATE_FLOW, CertificateState
from lims.rules.rights import Right
from lims.rules.verdict import WORDS, Verdict
from lims.services import certificates
from lims.views import certificates as view
from lims.views.certificates import CertificateCard, CertificateRow
from ui.kit import ask
from ui.kit.cell import Cell, identifier, state
from ui.kit.command import Command
from ui.kit.empty import Empty
from ui.kit.label import ground
from ui.kit.panel import Check, Checks, Divider, Panel, Rows, Slot, Slots, Words
from ui.kit.preview import Preview
from ui.kit.screen import Screen
from ui.kit.segments import Segments
from ui.kit.table import Column, Table
from ui.screens.moments import minute, short

STATES: dict[str, tuple[CertificateState, ...]] = {
    "drafts": (CertificateState.DRAFT,),
    "issued": (CertificateState.APPROVED, CertificateState.ISSUED),
    "all": (),
}

LIST: tuple[Column[CertificateRow], ...] = (Column(N_("Report"), lambda row: row, lambda row: _row_cell(row), 240, stretch=True),)


class Certificates(Screen):
    """Reports with their pages, checks and signatures."""

    title = N_("Reports")
    watches = frozenset({"certificate", "analysis", "confirmation"})
    grid = True

    def start(self) -> None:
        self.card: CertificateCard | None = None
        self._key: int | None = None

    def commands(self) -> Sequence[Command]:
        return (
            Command("certificates.export", N_("Save as"), self._export, icon="download", refusal=self._why_no_pages),
            Command("certificates.print", N_("Print"), self._print, "Ctrl+P", "printer", side="menu", refusal=self._why_no_pages),
            Command("certificates.trail", N_("Trail"), self._trail, "F4", "history", self._why_no_trail, side="menu"),
            Command("certificates.issue", N_("Issue"), self._issue, icon="check", side="menu", refusal=lambda: self._refusal("issue")),
            Command("certificates.revise", N_("Revise"), self._revise, icon="pencil", refusal=lambda: self._refusal("replace")),
            Command("certificates.void", N_("Void"), self._void, icon="file-x", refusal=lambda: self._refusal("void")),
            Command("certificates.approve", N_("Approve and issue"), self._approve, kind="primary", refusal=lambda: self._refusal("approve")),
        )

    def build(self) -> QWidget:
        left = ground(QWidget(), "surface")
        column = QVBoxLayout(left)
        column.setContentsMargins(12, 10, 12, 0)
        column.setSpacing(8)
        self.which = Segments({"drafts": N_("To approve"), "issued": N_("Issued"), "all": N_("All")}, N_("Which reports"))
        self.which.chosen.connect(lambda _value: self._fill_list())
        column.addWidget(self.which)
        empty = Empty("file-check", N_("No report here."), N_("A report is drafted when every result of a sample is reviewed."))
        self.list = Table(LIST, key=lambda row: row.id, words=N_("Reports"), row_height=60, head=False, many=False, margin=0, empty=empty)
        self.list.moved.connect(self._chosen)
        column.addWidget(self.list, 1)
        self.left, self.first = left, self.list
        self.panel = Panel()
        self.preview = Preview(self.desk)
        self.preview.shown.connect(self.refresh)
        return self.preview

    def refill(self) -> None:
        self._fill_list()
        if self._key is not None:
            self._open(self._key)

    def show_thing(self, key: Hashable) -> None:
        self.which.choose("all")
        self._open(int(str(key)))

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _fill_list(self) -> None:
        self.desk.ask(view.rows, states=STATES[self.which.value], then=self._put_list, once="certificates.list")
        self.desk.ask(view.counts, then=self._count, once="certificates.counts")

    def _count(self, counts: dict[CertificateState, int]) -> None:
        self.which.count({name: sum(counts.get(one, 0) for one in states or tuple(CertificateState)) for name, states in STATES.items()})
        waiting = counts.get(CertificateState.DRAFT, 0)
        self.note(n_("{count} waits for approval", "{count} wait for approval", waiting).format(count=waiting) if waiting else "")

    def _put_list(self, rows: list[CertificateRow]) -> None:
        held = self.list.blockSignals(True)
        self.list.put(rows)
        self.list.blockSignals(held)
        if rows and (self._key is None or not self.list.select(self._key)):
            self._open(rows[0].id)
        elif not rows and self._key is None:
            self._clear()

    def _chosen(self, row: CertificateRow | None) -> None:
        if row and row.id != self._key:
            self._open(row.id)

    def _open(self, key: int) -> None:
        if key != self._key:
            self.preview.clear()  # no page of another report stands under this one's number
        self._key = key
        self.list.select(key)
        self.desk.ask(view.card, key, then=self._put_card, once="certificates.card")
        self.desk.ask(certificates.pages, key, then=self.preview.put, once="certificates.pages")

    def _clear(self) -> None:
        self.preview.clear()
        if self.panel:
            self.panel.put(_("Report"), Words(_("No report is chosen.")))
        self.refresh()

    def _put_card(self, card: CertificateCard | None) -> None:
        self.card = card
        if card is None or self.panel is None:
            return
        row = card.row
        parts: list[QWidget] = [Slots([self._slot(card, place) for place in range(len(card.slots))])]
        if row.state is CertificateState.DRAFT:
            parts += [
                Words(_("After approval the content is frozen; a correction is a new revision that says what it replaces.")),
                Divider(),
                Checks([Check("done" if one.holds else "bad", one.title, note=one.detail) for one in card.checks], _("Checks before approval")),
            ]
        parts += [Divider(), Rows(self._facts(card), _("Report"))]
        chip = state(row.state.value, _(CERTIFICATE_FLOW.words[row.state]))
        self.panel.put(f"{row.number}-{row.revision}", *parts, chip=chip)
        self.refresh()

    def _slot(self, card: CertificateCard, place: int) -> Slot:
        slot = card.slots[place]
        if slot.at:
            digest = _("digest {digest}").format(digest=f"{slot.digest[:4]}…{slot.digest[-4:]}") if slot.digest else ""
            return Slot(slot.title, slot.name, "done", [" · ".join(part for part in (minute(slot.at), digest) if part), slot.meaning])
        mine = slot.step == "approve" and Right.APPROVE in self.person.rights and CERTIFICATE_FLOW.refusal("approve", card.facts, self.person) is None
        return Slot(slot.title, self.person.name if mine else _("Authorised signatory"), "now" if mine else "later", [slot.meaning])

    def _facts(self, card: CertificateCard) -> list[tuple[str, str]]:
        row = card.row
        facts = [
            (_("Sample"), f"{row.sample_number} {row.sample_name}"),
            (_("Verdict"), _(WORDS[row.verdict])),
            (_("Sampled business"), card.business),
            (_("Drafted"), minute(row.drafted_at)),
        ]
        if card.replaces:
            facts.append((_("Replaces"), card.replaces))
        if card.cause:
            facts.append((_("Reason"), card.cause))
        if card.document:
            facts += [(_("Digest"), _in_groups(card.digest)), (_("SHA-256 of the file"), _in_groups(card.document))]
        return facts

    # -- commands ------------------------------------------------------------------------------------------------------

    def _refusal(self, verb: str) -> str | None:
        return CERTIFICATE_FLOW.refusal(verb, self.card.facts, self.person) if self.card else _("No report is chosen.")

    def _why_no_pages(self) -> str | None:
        return None if self.preview.pdf else _("There is no page to print.")

    def _trail(self) -> None:
        if self.card:
            self.shell.open("trail", self.card.row.number)

    def _why_no_trail(self) -> str | None:
        return None if self.card else _("No report is chosen.")

    def _approve(self) -> None:
        if card := self.card:
            ask.signature(
                self,
                title=_("Approve and issue"),
                meaning=_("You sign as authorised signatory: {meaning}").format(meaning=card.slots[-1].meaning),
                thing=f"{card.row.number} · {card.row.sample_name} · {_(WORDS[card.row.verdict])}",
                act=_("Approve and issue"),
                then=lambda password, dialog: self.desk.ask(
                    certificates.approve_and_issue, card.row.id, password, by=self.person, then=dialog.done_with(self._approved), form=dialog
                ),
            )

    def _approved(self, called: str) -> None:
        self.shell.toast(_("{number} approved and issued.").format(number=called))
        self.refill()

    def _issue(self) -> None:
        if self.card:
            self.desk.ask(certificates.issue, self.card.row.id, by=self.person)

    def _void(self) -> None:
        if card := self.card:
            ask.signature(
                self,
                title=_("Void"),
                meaning=_("You declare the report void. Its frozen pages stay on record."),
                thing=f"{card.row.number}-{card.row.revision} · {card.row.sample_name}",
                act=_("Void"),
                with_reason=True,
                danger=True,
                then=lambda password, reason, dialog: self.desk.ask(
                    certificates.void, card.row.id, password, reason=reason, by=self.person, then=dialog.done_with(), form=dialog
                ),
            )

    def _revise(self) -> None:
        if card := self.card:
            ask.reason(
                self,
                _("Revise"),
                f"{card.row.number}-{card.row.revision} · {card.row.sample_name}",
                note=_("A new revision is drafted. This one stays in force until the new one is approved."),
                then=lambda reason, dialog: self.desk.ask(
                    certificates.revise, card.row.id, reason=reason, by=self.person, then=dialog.done_with(self._open), form=dialog
                ),
            )

    def _print(self) -> None:
        self.preview.print()

    def _export(self) -> None:
        if card := self.card:
            name = f"{card.row.number}-{card.row.revision}.pdf"
            path, _filter = QFileDialog.getSaveFileName(self, _("Save as"), name, "PDF (*.pdf)")
            if path:
                self.desk.run(certificates.save, Path(path), self.preview.pdf, then=lambda _none: self.shell.toast(_("Saved as {file}.").format(file=path)))


def _row_cell(row: CertificateRow) -> Cell:
    number = identifier(row.number)
    how_far = Cell(_(CERTIFICATE_FLOW.words[row.state]), "text2", station=state(row.state.value, "").station, role="note")
    mark = "bad" if row.verdict is Verdict.FAIL else "ask" if row.verdict is Verdict.UNDECIDED else ""
    below = Cell(
        f"{row.sample_name} · {_(WORDS[row.verdict])}",
        "bad" if mark == "bad" else "text2",
        mark=mark,
        role="note",
        right=Cell(short(row.approved_at), "text2", role="note"),
    )
    return Cell(number.text, prefix=number.prefix, right=how_far, below=below)


def _in_groups(digest: str) -> str:
    """A digest in groups of eight, to be compared by eye; it breaks between them."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
