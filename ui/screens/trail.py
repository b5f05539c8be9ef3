"""The audit trail: who, when, what, from, to, why; newest first, read in pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtWidgets import QWidget

from lims.i18n import N_, _
from lims.rules.flows import ANALYSIS_FLOW, CERTIFICATE_FLOW, PORTION_WORDS, READING_FLOW, SAMPLE_FLOW
from lims.rules.rights import ROLES
from lims.rules.sampling import FORM, INTAKE
from lims.rules.verdict import WORDS
from lims.settings import BY_NAME
from lims.views import trail as view
from lims.views.trail import TrailRow
from ui.kit.cell import Cell
from ui.kit.command import Command
from ui.kit.editors import Choice, Text
from ui.kit.empty import Empty
from ui.kit.panel import Divider, Head, Panel, Rows, Title, Words
from ui.kit.screen import Screen
from ui.kit.table import Column, Table
from ui.screens.moments import second

PAGE = 200

VERBS: Mapping[str, str] = {
    "samples.register": N_("registered a sample"),
    "samples.receive": N_("received a sample"),
    "samples.refuse": N_("refused a sample"),
    "samples.archive": N_("archived a sample"),
    "analyses.enter": N_("entered a value"),
    "analyses.weigh": N_("entered readings for a formula"),
    "analyses.submit": N_("submitted a result"),
    "analyses.recall": N_("took a result back"),
    "analyses.repeat": N_("began another attempt"),
    "analyses.return": N_("returned to the bench"),
    "analyses.review": N_("reviewed a result"),
    "analyses.cancel": N_("cancelled an analysis"),
    "businesses.save": N_("saved a business"),
    "worksheets.create": N_("made a worksheet"),
    "worksheets.start": N_("started a worksheet"),
    "worksheets.note": N_("noted conditions"),
    "settings.change": N_("changed settings"),
    "instruments.save": N_("saved an instrument"),
    "people.create": N_("made an account"),
    "people.amend": N_("changed an account"),
    "people.reset": N_("set a first password"),
    "people.password": N_("changed the password"),
    "people.found": N_("made the first account"),
    "people.sign_in": N_("signed in after wrong passwords"),
    "people.wrong_password": N_("wrong password"),
    "readings.land": N_("received from an instrument"),
    "readings.match": N_("matched to a sample"),
    "readings.accept": N_("accepted a reading"),
    "readings.reject": N_("rejected a reading"),
    "certificates.approve": N_("approved a report"),
    "certificates.issue": N_("issued a report"),
    "certificates.void": N_("made a report void"),
    "certificates.revise": N_("began a new revision"),
    "catalogue.confirm": N_("confirmed a limit"),
    "laboratory.found": N_("set up the laboratory"),
    "laboratory.library": N_("added to the library"),
}
"""What was done, by the name under which the trail knows it."""

KINDS: Mapping[str, str] = {
    "sample": N_("sample"),
    "sampling": N_("sampling form"),
    "portion": N_("portion"),
    "analysis": N_("analysis"),
    "attempt": N_("attempt"),
    "determination": N_("determination"),
    "judgement": N_("judgement"),
    "worksheet": N_("worksheet"),
    "reading": N_("reading"),
    "message": N_("instrument message"),
    "certificate": N_("report"),
    "document": N_("report file"),
    "signature": N_("signature"),
    "instrument": N_("instrument"),
    "business": N_("business"),
    "person": N_("account"),
    "setting": N_("setting"),
    "limit": N_("limit"),
    "confirmation": N_("confirmation of a limit"),
    "procedure": N_("procedure"),
    "item": N_("test item"),
    "product": N_("product"),
    "standard": N_("standard"),
}
"""Kinds of thing, by the store's name for them."""

FIELDS: Mapping[str, str] = {
    "state": N_("state"),
    "stage": N_("state"),
    "name": N_("name"),
    "number": N_("number"),
    "code": N_("number"),
    "login": N_("sign-in name"),
    "roles": N_("roles"),
    "active": N_("in use"),
    "must_change": N_("must change the password"),
    "password_hash": N_("password"),
    "failures": N_("wrong passwords"),
    "locked_until": N_("waits until"),
    "value": N_("value"),
    "unit": N_("unit"),
    "text": N_("value"),
    "reason": N_("reason"),
    "cause": N_("cause"),
    "remark": N_("remark"),
    "model": N_("model"),
    "serial": N_("serial number"),
    "profile": N_("profile"),
    "calibrated_until": N_("calibrated until"),
    "amount": N_("amount"),
    "place": N_("place"),
    "kind": N_("kind"),
    "verdict": N_("verdict"),
    "reported": N_("reported result"),
    "refusal": N_("reason for refusal"),
    "title": N_("title"),
    "conditions": N_("room conditions"),
    "digest": N_("digest"),
    "document": N_("report file"),
    "content": N_("content"),
    "revision": N_("revision"),
    "step": N_("step"),
    "sample": N_("sample"),
    "test": N_("item"),
    "flags": N_("flags"),
    "client": N_("asks for tests"),
    "sampled": N_("is sampled"),
    "phone": N_("phone"),
    "contact": N_("contact"),
    "address": N_("address"),
    "credit_code": N_("unified social credit code"),
    "licence_kind": N_("kind of licence"),
    "licence_number": N_("licence number"),
    "legal_person": N_("legal representative"),
    "link": N_("link"),
    "at": N_("moment"),
    "registered_at": N_("registered at"),
    "received_at": N_("received at"),
    "drafted_at": N_("drafted at"),
    "approved_at": N_("approved at"),
    "issued_at": N_("issued at"),
    "submitted_at": N_("submitted at"),
    "reviewed_at": N_("reviewed at"),
    "created_at": N_("made at"),
    "begun_at": N_("begun at"),
    "product_on": N_("day that chooses the edition"),
    "sampled_on": N_("sampled on"),
    "position": N_("position"),
    "requirement": N_("requirement"),
    "classification": N_("classification"),
    "clause": N_("clause"),
    "source": N_("source"),
    "evidence": N_("rests on"),
}
"""Fields that people know by a word; others are shown as the store calls them."""

MOMENTS = frozenset(name for name in FIELDS if name.endswith("_at")) | {"at", "locked_until"}
QUESTIONS = {question.name: question.label for section in (*FORM, *INTAKE) for question in section.questions}
YES_NO = {"True": N_("yes"), "False": N_("no")}
VALUES: Mapping[tuple[str, str], Mapping[Any, str]] = {
    ("sample", "stage"): SAMPLE_FLOW.words,
    ("analysis", "state"): ANALYSIS_FLOW.words,
    ("certificate", "state"): CERTIFICATE_FLOW.words,
    ("reading", "state"): READING_FLOW.words,
    ("portion", "state"): PORTION_WORDS,
    ("judgement", "verdict"): WORDS,
    ("certificate", "verdict"): WORDS,
}
"""Values that have words, by kind and field."""


class Trail(Screen):
    """The trail with its two filters; the panel shows one line in full."""

    title = N_("Audit trail")
    watches = frozenset(KINDS)

    def start(self) -> None:
        self._ended, self._asked = False, PAGE
        self.table: Table
        self.columns: tuple[Column[TrailRow], ...] = (
            Column(N_("When"), lambda row: row.at, lambda at: Cell(second(at), "text2"), 160),
            Column(N_("Who"), lambda row: row.person or _("the program"), lambda name: Cell(name, weight=500), 130, name="who"),
            Column(N_("What"), lambda row: verb_words(row.verb), width=150, name="what"),
            Column(N_("Kind"), lambda row: _(KINDS.get(row.kind, row.kind)), lambda words: Cell(words, "text2"), 110),
            Column(N_("Thing"), lambda row: thing_words(row), width=190, name="thing"),
            Column(N_("Field"), lambda row: field_words(row.kind, row.field) if row.field else _("made"), lambda words: Cell(words, "text2"), 120),
            Column(N_("From"), lambda row: value_words(row.kind, row.field, row.old), width=120),
            Column(N_("To"), lambda row: value_words(row.kind, row.field, row.new) if row.field else "", width=120, name="to"),
            Column(N_("Why"), lambda row: row.reason, lambda words: Cell(words, tip=words), 140, stretch=True),
        )

    def commands(self) -> Sequence[Command]:
        return (Command("trail.filter", N_("Filter by name"), lambda: self.name.setFocus(), "Ctrl+F", "filter", side="menu"),)

    def build(self) -> QWidget:
        self.nothing = Empty("history", N_("Nothing stands here."), N_("The trail begins with the first change, and nobody can change it."))
        self.table = Table(self.columns, key=lambda row: row.id, name=lambda row: row.name, words=self.title, many=False, empty=self.nothing)
        self.table.moved.connect(self._moved)
        self.table.near_end.connect(self._next_page)
        self.panel = Panel()
        return self.table

    def built(self) -> None:
        self.kind = Choice(lambda: {"": _("All kinds"), **{kind: _(words) for kind, words in KINDS.items()}})
        self.kind.put("")
        self.kind.setFixedWidth(170)
        self.kind.setAccessibleName(_("Kind of thing"))
        self.kind.changed.connect(self.refill)
        self.name = Text(_("number or name begins with"))
        self.name.setFixedWidth(240)
        self.name.setAccessibleName(_("Beginning of the number or name"))
        self.name.changed.connect(self.refill)
        self.bar.lead(self.kind)
        self.bar.lead(self.name)

    def refill(self) -> None:
        self._ask(self._put, limit=max(PAGE, len(self.table.rows())))

    def show_thing(self, key: Hashable) -> None:
        self.kind.put("")
        self.name.put(key)
        self.refill()

    def _ask(self, then: Callable[[list[TrailRow]], None], limit: int = PAGE, before: int | None = None) -> None:
        self._asked = limit
        self.desk.ask(view.rows, kind=self.kind.get(), name=self.name.get(), before=before, limit=limit, then=then, once="trail.rows")

    def _put(self, rows: list[TrailRow]) -> None:
        self._ended = len(rows) < self._asked
        found = self.kind.get() or self.name.get()
        self.nothing.say(*((N_("Nothing fits the filter."), N_("Choose all kinds, or empty the field.")) if found else (N_("Nothing stands here."), "")))
        self.table.put(rows)
        if rows and self.table.current() is None:
            self.table.select(rows[0].id)

    def _next_page(self) -> None:
        rows = self.table.rows()
        if rows and not self._ended:
            self._ask(self._add, before=rows[-1].id)

    def _add(self, rows: list[TrailRow]) -> None:
        self._ended = len(rows) < self._asked
        self.table.add(rows)

    def _moved(self, row: TrailRow | None) -> None:
        assert self.panel is not None
        if row is None:
            self.panel.put(_("Line"), Words(_("Nothing is chosen.")))
            return
        facts = [(_("Who"), row.person or _("the program")), (_("When"), second(row.at)), (_("Kind"), _(KINDS.get(row.kind, row.kind)))]
        if row.reason:
            facts.append((_("Why"), row.reason))
        self.panel.put(_("Line {number}").format(number=row.id), Head(thing_words(row), verb_words(row.verb)), Rows(facts), Divider(), *self._change(row))

    def _change(self, row: TrailRow) -> list[QWidget]:
        if not row.field:
            made = ((field_words(row.kind, name), value_words(row.kind, name, value)) for name, value in unfolded(row.new))
            return [Title(_("Made with these values")), Rows(made)]
        values = (value_words(row.kind, row.field, value) or _("empty") for value in (row.old, row.new))
        return [Title(field_words(row.kind, row.field)), Rows(zip((_("From"), _("To")), values, strict=True))]


def verb_words(name: str) -> str:
    """Return what was done, in words."""
    return _(VERBS.get(name, name))


def thing_words(row: TrailRow) -> str:
    """Return what people call the thing: a setting by its label, everything else by its number or name."""
    return _(BY_NAME[row.name].label) if row.kind == "setting" and row.name in BY_NAME else row.name


def field_words(kind: str, field: str) -> str:
    """Return the words of a field; an answer of a form has those of its question."""
    head, _dot, rest = field.partition(".")
    if rest:
        return _(QUESTIONS.get(rest, rest))
    return _(FIELDS.get(head, head))


def value_words(kind: str, field: str, value: str) -> str:
    """Return a value as people read it: states, roles, yes and no in words, moments by the laboratory's clock."""
    if field in MOMENTS and value:
        return second(datetime.fromisoformat(value))
    if field == "roles":
        return _(", ").join(_(ROLES[role][0]) for role in ROLES if role in value.split(","))
    words = VALUES.get((kind, field), YES_NO).get(value)
    if words is None and (field.startswith(("form.", "intake.")) or field in ("link", "licence_kind")):
        return _(value)
    return value if words is None else _(words)


def unfolded(made: str) -> list[tuple[str, str]]:
    """Return the values of a thing that was made, forms answer by answer."""
    values: dict[str, Any] = json.loads(made) if made else {}
    return [pair for name, value in values.items() for pair in _pairs(name, value)]


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [(f"{name}.{inner}", _flat(said)) for inner, said in value.items() if said not in (None, "")]
    return [(name, _flat(value))]


def _flat(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
