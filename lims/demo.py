"""The demonstration laboratory: three samples from intake to signed certificate, by services only.

Everything in it is invented but the limits, which are the shipped library's. Dates are counted back from the clock.
"""

from __future__ import annotations

import dataclasses
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from drivers.virtual import Shown
from drivers.virtual.served import Served, serve
from lims.clock import local
from lims.db.folder import Folder, Lock
from lims.db.store import Work
from lims.errors import Refusal, Trouble
from lims.i18n import _, why
from lims.laboratory import Laboratory
from lims.rules.flows import CertificateState, ReadingState
from lims.rules.rights import Actor, Role
from lims.rules.verdict import WORDS, Verdict
from lims.services import analyses, businesses, catalogue, certificates, founding, instruments, people, placements, readings, samples, worksheets
from lims.services.analyses import Typed
from lims.services.businesses import BusinessDraft
from lims.services.instruments import InstrumentDraft
from lims.services.people import AccountDraft
from lims.services.profiles import SHIPPED, profiles
from lims.services.samples import Asked, SampleDraft
from lims.views import analyses as analysis_view
from lims.views import catalogue as catalogue_view
from lims.views import certificates as certificate_view
from lims.views import instruments as inbox_view
from lims.views import people as people_view
from lims.views import samples as sample_view

PASSWORD = "demo-2026"  # noqa: S105  (shown on the sign-in page of a demonstration)
FIRST_PASSWORD = "first-2026"  # noqa: S105  (what the administrator gives out, changed at once)
PATIENCE = 20.0
"""Seconds to wait for an instrument that is a thread of this very program."""

ACCOUNTS: tuple[tuple[str, str, Role], ...] = (
    ("shou", "周敏", Role.RECEPTIONIST),
    ("jian1", "陈静", Role.ANALYST),
    ("jian2", "李航", Role.ANALYST),
    ("shen", "王芳", Role.REVIEWER),
    ("pi", "赵宁", Role.SIGNATORY),
    ("ji", "孙浩", Role.TECHNICAL),
)
ADMINISTRATOR = ("guan", "钱程")

SETTINGS = {
    "demonstration": "yes",
    "laboratory_postcode": "101400",
    "laboratory_phone": "010-00000000",
    "laboratory_email": "demo@shiyan.example",
}


@dataclass(frozen=True, slots=True)
class Story:
    """One sample of the demonstration."""

    product: str
    days_ago: int
    form: dict[str, str]
    intake: dict[str, str]
    instrument: str
    sent: tuple[tuple[str, str, str], ...]
    """What its instrument sends: item, value, unit; the virtual instrument turns them into its own words."""
    analyst: str


PLACED = (
    ("cowpea", "GB 2763", ("gb2763-h111",)),
    ("maize", "GB 2761", ("gb2761-h1", "gb2761-h20")),
    ("maize", "GB 1353", ("gb1353-h1",)),
    ("wine", "GB 2760", ("gb2760-h43",)),
)
"""Where the technical manager has placed the three products: product, classification, headings."""

ASKED = {
    "cowpea": (
        Asked("carbofuran", "carbofuran-lcms", "gb2763-2021-carbofuran-cowpea"),
        Asked("thiamethoxam", "thiamethoxam-lcms", "gb2763-2021-thiamethoxam-cowpea"),
    ),
    "maize": (
        Asked("aflatoxin-b1", "aflatoxin-b1-reader", "gb2761-2017-aflatoxin-b1-maize"),
        Asked("deoxynivalenol", "deoxynivalenol-reader", "gb2761-2017-deoxynivalenol-maize"),
        Asked("moisture", "moisture-drying", "gb1353-2018-moisture-maize"),
    ),
    "wine": (Asked("sulphur-dioxide", "sulphur-dioxide-reader", "gb2760-2024-sulphur-dioxide-wine"),),
}
"""What is asked of each: item, procedure, limit."""

COMMON = {
    "task_source": "区级食品统一抽检计划",
    "task_kind": "Supervisory sampling",
    "test_kind": "Supervisory sampling",
    "client": "示范区市场监督管理局",
    "client_address": "示范区府前街 1 号",
    "sampling_body": "示范区食品药品粮食检验所",
    "sampling_body_address": "示范区迎宾路 8 号",
    "samplers": "吴涛、郑洁",
    "backup_kept_at": "承检机构",
    "objection": "No objection",
}

RECEIVED = {"delivered_by": "吴涛", "transport": "Delivered by the samplers", "seal": "Seal intact", "agrees": "Agrees"}

STORIES = (
    Story(
        "cowpea",
        4,
        {
            "form_number": "XBJ26110116383000395",
            "business_name": "青春路农贸市场 A08 号摊位",
            "business_address": "示范区青春路 16 号",
            "business_contact": "刘洋",
            "business_phone": "13800000001",
            "credit_code": "92110116DEMO000018",
            "licence_kind": "Trading licence",
            "area_kind": "Town",
            "link": "Circulation",
            "place": "Farm produce market",
            "stall": "A08",
            "sample_name": "豇豆",
            "sample_kind": "Edible farm product",
            "sample_source": "Bought in",
            "category": "食用农产品 · 蔬菜 · 豆类蔬菜 · 豇豆",
            "model": "散装",
            "date_kind": "Purchase date",
            "lot_size": "15 kg",
            "sample_amount": "6.1 kg",
            "backup_amount": "3.0 kg",
            "sample_form": "Solid",
            "packing": "Bulk",
            "storage": "Room temperature",
            "sample_pack": "Plastic bag",
            "sampling_way": "Not aseptic",
            "origin": "河北省",
            "supplier": "新发地批发市场",
        },
        {
            "temperature": "18",
            "appearance": "鲜，无腐烂",
            "test_amount": "3.1 kg",
            "backup_amount": "3.0 kg",
            "test_place": "2 号冷藏柜 3 层",
            "backup_place": "备样冷冻柜 A2",
        },
        "LM-1",
        (("carbofuran", "0.035", "mg/kg"), ("thiamethoxam", "0.12", "mg/kg")),
        "jian1",
    ),
    Story(
        "maize",
        5,
        {
            "form_number": "LSKC26110116000207",
            "test_kind": "Supervisory sampling",
            "business_name": "桃山粮库",
            "business_address": "示范区桃山村东",
            "business_contact": "马强",
            "business_phone": "13800000002",
            "area_kind": "Village",
            "place": "Grain depot",
            "stall": "6 号仓",
            "sample_name": "玉米",
            "sample_kind": "Reserve grain",
            "category": "粮食 · 玉米",
            "model": "散装",
            "grade": "二等",
            "date_kind": "Harvest year",
            "harvest_year": "2025",
            "represented_quantity": "2000.000",
            "lot_size": "2000 t",
            "sample_amount": "4.0 kg",
            "backup_amount": "2.0 kg",
            "sample_form": "Solid",
            "packing": "Bulk",
            "storage": "Room temperature",
            "sample_pack": "Sterile bag",
            "sampling_way": "Not aseptic",
            "origin": "示范区",
        },
        {
            "appearance": "籽粒饱满，色泽气味正常",
            "test_amount": "2.0 kg",
            "backup_amount": "2.0 kg",
            "test_place": "粮食样品柜 1 层",
            "backup_place": "备样低温柜 B1",
        },
        "MB-2",
        (("aflatoxin-b1", "4.7", "μg/kg"), ("deoxynivalenol", "<100", "μg/kg")),
        "jian1",
    ),
    Story(
        "wine",
        3,
        {
            "form_number": "XBJ26110116383000402",
            "business_name": "雁栖酒庄有限公司",
            "business_address": "示范区雁栖东路 66 号",
            "business_contact": "何平",
            "business_phone": "13800000003",
            "credit_code": "91110116DEMO000023",
            "licence_kind": "Production licence",
            "area_kind": "Town",
            "link": "Production",
            "place": "Finished store, tested",
            "sample_name": "赤霞珠干红葡萄酒",
            "sample_kind": "Industrially processed food",
            "sample_source": "Made here",
            "category": "酒类 · 发酵酒 · 葡萄酒",
            "brand": "雁栖",
            "model": "750 mL/瓶",
            "date_kind": "Production date",
            "batch": "L2026031",
            "shelf_life": "10 年",
            "product_standard": "GB/T 15037-2006",
            "production_licence": "SC11511011600000",
            "lot_size": "240 瓶",
            "sample_amount": "6 瓶",
            "backup_amount": "3 瓶",
            "sample_form": "Liquid",
            "packing": "Prepacked",
            "storage": "Room temperature",
            "sample_pack": "Glass bottle",
            "sampling_way": "Not aseptic",
            "producer": "雁栖酒庄有限公司",
            "producer_address": "示范区雁栖东路 66 号",
            "producer_phone": "13800000003",
        },
        {
            "temperature": "16",
            "appearance": "瓶装完好，无渗漏",
            "test_amount": "3 瓶",
            "backup_amount": "3 瓶",
            "test_place": "常温样品架 2 层",
            "backup_place": "备样常温柜 C1",
        },
        "RC-1",
        (("sulphur-dioxide", "0.18", "g/L"),),
        "jian2",
    ),
)

PRODUCT_DAYS = {"cowpea": 5, "wine": 260}
"""Days between production or purchase and today, where the form says one."""

INSTRUMENTS = (
    (InstrumentDraft("LM-1", "液质联用仪 LM-1", "虚拟色谱工作站", "V-0001", "chromatography-lis"), 200),
    (InstrumentDraft("MB-2", "真菌毒素读数仪 MB-2", "虚拟真菌毒素读数仪", "V-0002", "mycotoxin-reader-lis"), 170),
    (InstrumentDraft("RC-1", "RIDA 分析仪 RC-1", "虚拟 RIDA CUBE SCAN", "V-0003", "rida-cube"), 120),
    (InstrumentDraft("TP-1", "电子天平 TP-1", "虚拟电子天平", "V-0004", "mettler-sics"), 90),
)
"""Each with the days its calibration still holds."""

WEIGHINGS = ({"W0": "25.1234", "W1": "3.0021", "W2": "27.7512"}, {"W0": "24.9876", "W1": "3.0105", "W2": "27.6204"})
"""Two determinations of moisture by GB 5009.3-2016: 12.47 and 12.55, reported 12.5."""
BALANCE = "TP-1"
HASTE = 4
"""The virtual balance settles in half a second instead of two."""


def folder(path: Path, *, fresh: bool) -> Folder:
    """Return the folder of the demonstration, cleared when *fresh*. A folder that holds anything else is refused. Raises Refusal and Trouble."""
    place = Folder(path)
    if not place.empty() and not place.demo_marker.is_file():
        raise Refusal(_("{folder} is not empty and is not a demonstration. Choose a new or empty folder.").format(folder=place.path))
    place.make_rooms()
    try:
        place.demo_marker.touch()  # before anything else: a demonstration that was broken off is known as one
        if fresh:
            with Lock(place):
                _clear(place)
    except OSError as error:
        raise Trouble(_("The folder {folder} cannot be written: {why}.").format(folder=place.path, why=why(error))) from None
    return place


def walk(place: Folder, database: str = "", say: Callable[[str], None] = lambda _words: None) -> Iterator[tuple[str, str, Path]]:
    """Walk the whole path, telling each step by *say*; yields number, verdict (合格 or 不合格) and path of each report."""
    with Laboratory(place, database) as laboratory:
        _refuse_real(laboratory)
        if not _walked(laboratory):
            with prepared(laboratory, say) as cast:
                _finish(laboratory, cast, say)
        yield from _reports(laboratory)


@contextmanager
def prepared(laboratory: Laboratory, say: Callable[[str], None] = lambda _words: None) -> Iterator[dict[str, Actor]]:
    """Set the laboratory up to three samples received and their readings in the inbox; instruments stay while inside."""
    _refuse_real(laboratory)
    if laboratory.new:
        _people(laboratory)
        say(_("Laboratory set up with seven accounts."))
    cast = _cast(laboratory)
    if not _registered(laboratory):
        _register(laboratory, cast, say)
    with _virtual_instruments() as virtual:
        for code, device in virtual.items():
            laboratory.ports.open(code, device.address)
        _measure(laboratory, virtual, say)
        virtual[BALANCE].send([[load, "g", "asked"] for _cell, load in _unweighed(laboratory)])
        yield cast


def _refuse_real(laboratory: Laboratory) -> None:
    """Refuse a laboratory that somebody works in: it would get invented samples, and its people wrong passwords."""
    with laboratory.store.work() as work:
        demonstration = work.setting("demonstration")
    if not (demonstration or laboratory.new):
        raise Refusal(_("This is a laboratory that people work in, not a demonstration. Choose another folder or database."))


def _people(laboratory: Laboratory) -> None:
    """Make every account in one unit of work: whoever is there is there with their colleagues."""
    login, name = ADMINISTRATOR
    draft = founding.FoundingDraft("示范区食品药品粮食检验所（演示）", "示范区迎宾路 8 号", login, name, PASSWORD, PASSWORD, SETTINGS)
    with laboratory.store.work() as work:
        administrator = founding.found(work, draft)
        for login, name, role in ACCOUNTS:
            people.create(work, AccountDraft(login, name, frozenset({role}), FIRST_PASSWORD), by=administrator)
            person = people.sign_in(work, login, FIRST_PASSWORD).actor
            people.change_password(work, FIRST_PASSWORD, PASSWORD, by=person)


def _cast(laboratory: Laboratory) -> dict[str, Actor]:
    with laboratory.store.work() as work:
        return {row.login: people.sign_in(work, row.login, PASSWORD).actor for row in people_view.rows(work)}


def _registered(laboratory: Laboratory) -> bool:
    with laboratory.store.work() as work:
        return bool(sample_view.rows(work, limit=1))


def _register(laboratory: Laboratory, cast: dict[str, Actor], say: Callable[[str], None]) -> None:
    """Receive all three samples in one unit of work: a demonstration is never half begun."""
    with laboratory.store.work() as work:
        for product, classification, headings in PLACED:
            placements.place(work, product, classification, headings, by=cast["ji"], remark="演示")
            placements.confirm(work, product, [classification], by=cast["ji"], remark="演示")
        for instrument, days in INSTRUMENTS:
            instruments.save(work, dataclasses.replace(instrument, calibrated_until=work.today() + timedelta(days=days)), by=cast["ji"])
        businesses.save(work, BusinessDraft(COMMON["client"], client=True, sampled=False, address=COMMON["client_address"]), by=cast["shou"])
        for story in STORIES:
            number = _intake(work, story, cast["shou"])
            say(_("{sample} registered and received as {number}.").format(sample=story.form["sample_name"], number=number))
            chosen = [row.id for row in analysis_view.waiting(work) if row.sample_number == number]
            sheet = worksheets.create(work, chosen, by=cast[story.analyst], title=story.form["sample_name"], instrument=story.instrument)
            worksheets.start(work, sheet, by=cast[story.analyst])
            say(_("Worksheet {number} started for {sample}.").format(number=sheet, sample=story.form["sample_name"]))


def _intake(work: Work, story: Story, by: Actor) -> str:
    sampled = work.today() - timedelta(days=story.days_ago)
    form = COMMON | story.form | {"sampled_on": sampled.isoformat()}
    if days := PRODUCT_DAYS.get(story.product):
        form["product_date"] = (work.today() - timedelta(days=days)).isoformat()
    number = samples.register(work, SampleDraft(story.product, form, ASKED[story.product]), by=by)
    return samples.receive(work, number, RECEIVED | story.intake, by=by)


@contextmanager
def _virtual_instruments() -> Iterator[dict[str, Served]]:
    known = profiles(SHIPPED).profiles
    devices = {draft.code: serve(known[draft.profile], haste=HASTE if draft.code == BALANCE else 1) for draft, _days in INSTRUMENTS}
    try:
        yield devices
    finally:
        for device in devices.values():
            device.close()


def _measure(laboratory: Laboratory, virtual: dict[str, Served], say: Callable[[str], None]) -> None:
    """Let every instrument send what the laboratory has not heard from it yet."""
    sending = _unheard(laboratory)
    if not sending:
        return
    for code, shown in sending.items():
        virtual[code].show(shown)
    end = time.monotonic() + PATIENCE
    while _unheard(laboratory):
        if time.monotonic() > end:
            raise Trouble(_("The virtual instruments did not send everything. Run the demonstration again with --fresh."))
        time.sleep(0.02)
    count = sum(len(shown) for shown in sending.values())
    say(_("{count} readings received by serial line, each journalled before it was acknowledged.").format(count=count))


def _unheard(laboratory: Laboratory) -> dict[str, list[Shown]]:
    """Return by instrument what is still to come: each sample's values, and from the mycotoxin reader one under a mistyped number."""
    laboratory.ports.collect()
    with laboratory.store.work() as work:
        numbers = {row.name: row.number for row in sample_view.rows(work)}
        said_at = local(work.now(), work.setting("time_zone")).replace(tzinfo=None, microsecond=0)
        heard = {(row.sample, row.test) for row in inbox_view.inbox(work, tuple(ReadingState))}
    sending: dict[str, list[Shown]] = {}
    for story in STORIES:
        number = numbers[story.form["sample_name"]]
        shown = [Shown(number, test, value, unit, said_at) for test, value, unit in story.sent]
        if story.product == "maize":
            shown.append(dataclasses.replace(shown[0], sample=number.replace("-0", "-", 1)))
        if missing := [one for one in shown if (one.sample, one.test) not in heard]:
            sending[story.instrument] = missing
    return sending


def _finish(laboratory: Laboratory, cast: dict[str, Actor], say: Callable[[str], None]) -> None:
    """Walk from the inbox to the issued reports."""
    _inbox(laboratory, cast, say)
    _moisture(laboratory, cast, say)
    _submit(laboratory, cast, say)
    _return_one(laboratory, cast, say)
    _review(laboratory, cast, say)
    _approve(laboratory, cast, say)


def _inbox(laboratory: Laboratory, cast: dict[str, Actor], say: Callable[[str], None]) -> None:
    with laboratory.store.work() as work:
        for row in inbox_view.inbox(work, (ReadingState.NEEDS_PERSON,)):
            readings.reject(work, [row.id], reason="样品号录入有误，同一测定已按正确编号发送", by=cast["jian1"])
            say(_("A reading under the unknown number {number} was looked at and rejected.").format(number=row.sample))
        for login in ("jian1", "jian2"):
            mine = [row.id for row in inbox_view.inbox(work, (ReadingState.MATCHED,)) if _analyst(work, row.analysis_id) == cast[login].name]
            count = readings.accept(work, mine, by=cast[login])
            say(_("{person} accepted {count} readings.").format(person=cast[login].name, count=count))


def _analyst(work: Work, analysis: int | None) -> str:
    return analysis_view.rows(work, ids=[analysis or 0])[0].analyst


def _moisture(laboratory: Laboratory, cast: dict[str, Actor], say: Callable[[str], None]) -> None:
    for cell, _load in _unweighed(laboratory):
        answer = laboratory.ports.read(BALANCE)
        if answer.delivery is None:
            raise Trouble(answer.words)
        with laboratory.store.work() as work:
            readings.weigh(work, answer.delivery, cell, "g", by=cast["jian1"])
    laboratory.ports.collect()
    with laboratory.store.work() as work:
        row = _moisture_row(work)
    say(_("Moisture from six weighings the balance sent: {values}, reported {reported} %.").format(values=_(", ").join(row.values), reported=row.reported))


def _unweighed(laboratory: Laboratory) -> list[tuple[Typed, str]]:
    """Return the cells of the moisture that are still empty, in their order on the bench, each with what will lie on the balance."""
    with laboratory.store.work() as work:
        row = _moisture_row(work)
    places = enumerate(zip(WEIGHINGS, row.entered, strict=True), 1)
    return [(Typed(row.id, place, "", name), load) for place, (loads, entered) in places for name, load in loads.items() if name not in entered]


def _moisture_row(work: Work) -> analysis_view.AnalysisRow:
    (row,) = [row for row in _all(work) if row.item_code == "moisture"]
    return row


def _submit(laboratory: Laboratory, cast: dict[str, Actor], say: Callable[[str], None]) -> None:
    with laboratory.store.work() as work:
        for login in ("jian1", "jian2"):
            mine = [row for row in _all(work) if row.analyst == cast[login].name and row.lacks is None and row.state == "in_test"]
            if mine:
                analyses.submit(work, [row.id for row in mine], by=cast[login])
                say(_("{person} submitted {count} results.").format(person=cast[login].name, count=len(mine)))


def _return_one(laboratory: Laboratory, cast: dict[str, Actor], say: Callable[[str], None]) -> None:
    with laboratory.store.work() as work:
        (row,) = [row for row in _all(work) if row.item_code == "carbofuran"]
        analyses.return_(work, [row.id], reason="请附复测图谱后再交", by=cast["shen"])
        say(_("{item} was returned to the bench with a reason.").format(item=row.item))
    with laboratory.store.work() as work:
        analyses.enter(work, row.id, 1, "0.035", by=cast["jian1"])
        analyses.submit(work, [row.id], by=cast["jian1"])
        again = analysis_view.rows(work, ids=[row.id])[0]
    say(_("{item} was done again; both attempts are on record: {values}.").format(item=row.item, values=_(", ").join(one.reported for one in again.attempts)))


def _review(laboratory: Laboratory, cast: dict[str, Actor], say: Callable[[str], None]) -> None:
    with laboratory.store.work() as work:
        rows = _all(work)
    try:
        with laboratory.store.work() as work:
            analyses.review(work, [rows[0].id], by=cast["jian1"])
    except Refusal as refusal:
        say(_("Refused: {words}").format(words=refusal.words))
    with laboratory.store.work() as work:
        analyses.review(work, [row.id for row in rows], by=cast["shen"])
    say(_("{person} reviewed {count} results.").format(person=cast["shen"].name, count=len(rows)))


def _approve(laboratory: Laboratory, cast: dict[str, Actor], say: Callable[[str], None]) -> None:
    with laboratory.store.work() as work:
        drafts = sorted(certificate_view.rows(work), key=lambda row: row.id)
        today = work.today()
    try:
        with laboratory.store.work() as work:
            certificates.approve_and_issue(work, drafts[0].id, PASSWORD, by=cast["pi"])
    except Refusal as refusal:
        say(_("Refused: {words}").format(words=refusal.words))
    with laboratory.store.work() as work:
        codes = [row.code for row in catalogue_view.asked_limits(work, today) if not row.confirmed_by]
        catalogue.confirm(work, codes, by=cast["ji"], remark="演示")
    say(_("{person} confirmed {count} limits.").format(person=cast["ji"].name, count=len(codes)))
    for draft in drafts:
        with laboratory.store.work() as work:
            called = certificates.approve_and_issue(work, draft.id, PASSWORD, by=cast["pi"])
        say(_("{person} approved and issued {number}.").format(person=cast["pi"].name, number=called))


def _all(work: Work) -> list[analysis_view.AnalysisRow]:
    return [row for sample in sample_view.rows(work) for row in analysis_view.rows(work, sample=sample.number)]


def _walked(laboratory: Laboratory) -> bool:
    """Tell whether all three reports are issued; refuses to go on where somebody has begun to walk by hand."""
    if laboratory.new:
        return False
    with laboratory.store.work() as work:
        issued = certificate_view.rows(work, states=(CertificateState.ISSUED,))
        handled = inbox_view.inbox(work, (ReadingState.ACCEPTED, ReadingState.REJECTED))
    if len(issued) >= len(STORIES):
        return True
    if handled:
        raise Refusal(_("Somebody has begun to walk the path in this demonstration by hand. Go on in the window, or begin anew with --fresh."))
    return False


def _reports(laboratory: Laboratory) -> list[tuple[str, str, Path]]:
    words = {Verdict.PASS: "合格", Verdict.FAIL: "不合格"}
    with laboratory.store.work() as work:
        certificates.write_copies(work, laboratory.folder.reports)
        rows = sorted(certificate_view.rows(work, states=(CertificateState.ISSUED,)), key=lambda row: row.id)
    return [(row.number, words.get(row.verdict, WORDS[row.verdict]), laboratory.folder.reports / f"{row.number}-{row.revision}.pdf") for row in rows]


def _clear(place: Folder) -> None:
    """Remove what a laboratory makes, and nothing else that may lie beside it."""
    for room in (place.journal, place.backups, place.reports, place.logs, place.profiles):
        if room.is_dir() and not room.is_symlink():
            shutil.rmtree(room)
    for companion in ("", "-wal", "-shm"):
        place.database.with_name(place.database.name + companion).unlink(missing_ok=True)
