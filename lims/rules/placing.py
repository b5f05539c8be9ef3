"""Under which headings of a standard's own classification a product may stand: proposed most specific first, never decided.

How headings read is taken from the limit tables of GB 2760-2024, GB 2761-2017, GB 2762-2025, GB 2763-2026, GB 29921-2021 and GB 31650-2019 (Table 2: species
and tissue) and from the national sampling rules of 2026. No food is known here: what the names do not share with a heading, and the heading does not say, a
person has to find.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, IntEnum, auto
from functools import lru_cache

from lims.i18n import N_
from lims.rules.verdict import Said, said

BY_SPECIES = "GB 31650"
"""The classification whose group is a species and whose name is a tissue: 牛/羊 and 肝 together are 牛肝 and 羊肝."""


@dataclass(frozen=True, slots=True)
class Place:
    """A heading: a food as one classification names it, exclusions and all."""

    code: str
    classification: str
    group: str
    number: str
    name: str
    parent: str
    """Code of the heading above, in a classification that is a tree; else empty."""


class Kin(IntEnum):
    """How a name of the product meets a heading, the closest first."""

    EQUAL = auto()
    ENDS = auto()
    CONTAINED = auto()
    WIDER = auto()
    ABOVE = auto()
    KIND = auto()
    NARROWER = auto()
    ALIKE = auto()
    TOGETHER = auto()
    CONFINED = auto()
    SPECIES = auto()
    GROUP = auto()
    REST = auto()


WORDS = {
    Kin.EQUAL: N_("“{term}” names the product."),
    Kin.ENDS: N_("“{name}” ends with “{term}”."),
    Kin.CONTAINED: N_("“{name}” contains “{term}”."),
    Kin.WIDER: N_("“{term}” names a class of the product."),
    Kin.ABOVE: N_("“{name}”, a class of the product, ends with “{term}”."),
    Kin.KIND: N_("“{name}” ends with “{term}”, of which the heading names the class."),
    Kin.NARROWER: N_("“{term}” may be narrower than “{name}”."),
    Kin.ALIKE: N_("“{name}” ends like “{term}”, of which the heading names the class."),
    Kin.TOGETHER: N_("“{term}” meets “{name}”, the group in which this standard names the product."),
    Kin.CONFINED: N_("The heading goes by “{term}”, but is confined to what it names in brackets."),
    Kin.SPECIES: N_("“{name}” may come from “{term}”."),
    Kin.GROUP: N_("“{name}” meets only the group “{term}” in which the heading stands."),
    Kin.REST: N_("The heading takes what has no heading of its own among “{term}”."),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A heading that may be the product's; those that fit equally well share a *rank*, 0 being the best."""

    place: Place
    rank: int
    because: Said


def candidates(names: Sequence[str], places: Sequence[Place], most: int = 12) -> tuple[Candidate, ...]:
    """Return up to *most* of *places* that share something with *names*, the best first; a person decides.

    *names* are the product's own name and then its ever wider classes: 豇豆, 豆类蔬菜, 蔬菜. A heading that excludes the product is left out: by the product's
    name, by a class of it, or by a word its name contains. By a contained word it is kept where the same classification names the product itself: 桃除外 does
    not exclude 樱桃 where 樱桃 is a food of its own. Equal ranks stand in the order of classifications given, then of codes.
    """
    fits = _fits(names, places)
    ranks = {key: rank for rank, key in enumerate(sorted({fit.key for fit in fits}))}
    return tuple(Candidate(fit.place, ranks[fit.key], fit.met.because()) for fit in fits[: max(most, 0)])


def ancestry(name: str, places: Sequence[Place]) -> tuple[str, ...]:
    """Return the names above the heading that *name* equals or ends with, the nearest first; nothing outside a classification that is a tree."""
    best = next((fit for fit in _fits((name,), places) if fit.met.kin <= Kin.ENDS), None)
    return tuple(_above(best.place, places, {_clean(name)})) if best else ()


def _above(place: Place, places: Sequence[Place], told: set[str]) -> Iterator[str]:
    """Go up from *place*; a ring of parents is left where it closes."""
    codes = {each.code: each for each in reversed(places)}
    passed = {place.code}
    while (above := codes.get(place.parent)) and above.code not in passed:
        place = above
        passed.add(place.code)
        if place.name.strip() and _clean(place.name) not in told:
            told.add(_clean(place.name))
            yield place.name


# How well a heading fits


@dataclass(frozen=True, slots=True, order=True)
class _Met:
    """One meeting of a name with a term; the lower, the closer."""

    kin: Kin
    width: int
    """Place of the name among the names: the widest last."""
    shared: int
    """Signs that both have, as a negative number: the more specific stands first."""
    beyond: int
    """Signs that only one of both has."""
    term: str
    name: str

    def because(self) -> Said:
        return said(WORDS[self.kin], term=self.term, name=self.name)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A heading with its closest meeting, and by what it is ranked: all its meetings, then the signs it shares with the product's name."""

    place: Place
    met: _Met
    key: tuple[tuple[int, ...], ...]


def _fits(names: Sequence[str], places: Sequence[Place]) -> list[_Fit]:
    read = [(_read(name), forms) for name in names if (forms := _forms(name))]
    if not read:
        return []
    known = [forms for _, forms in read]
    classes = [heading for heading, _ in read[1:]]
    product = frozenset(map(_classless, known[0]))
    named = {place.classification for place in places if not _heading(place).foods().isdisjoint(product)}
    left = [place for place in places if not _excludes(_heading(place).excluded, product, classes, apart=place.classification in named)]
    groups = _groups(places, known[0])
    order = {classification: number for number, classification in reversed(list(enumerate(place.classification for place in places)))}
    met = [(place, sorted(_meetings(place, known, groups.get(place.classification, ())))) for place in left]
    fits = [_Fit(place, mets[0], _key(mets, place, known[0])) for place, mets in met if mets]
    return sorted(fits, key=lambda fit: (fit.key, order[fit.place.classification], _natural(fit.place.code)))


def _groups(places: Sequence[Place], product: Sequence[str]) -> dict[str, set[str]]:
    """Return by classification the groups in which its own headings name the product: the widest classes known of it there."""
    found: dict[str, set[str]] = {}
    for place in places:
        if any(met.kin <= Kin.ENDS for form in product for met in _closest(_heading(place), 0, form)):
            found.setdefault(place.classification, set()).update(_forms(place.group))
    return found


def _key(mets: Sequence[_Met], place: Place, product: Iterable[str]) -> tuple[tuple[int, ...], ...]:
    heading = _heading(place)
    alike = len({*"".join(product)} & {*"".join((*heading.members, *heading.readings))})
    return *((met.kin, met.width, met.shared, met.beyond) for met in mets), (len(Kin) + 1, -alike)


def _natural(code: str) -> list[tuple[int, str]]:
    """Order h2 before h10, without reading a number too long to be one."""
    return [(len(part), part) if part.isdecimal() else (0, part) for part in re.split(r"0*([0-9]+)", code)]


def _excludes(excluded: frozenset[str], product: frozenset[str], classes: Iterable[_Heading], *, apart: bool) -> bool:
    if not excluded.isdisjoint(product) or any(one.lies_in(excluded) for one in classes):
        return True
    return not apart and any(_has(form, term) for term in excluded for form in product)


def _meetings(place: Place, known: Sequence[Sequence[str]], groups: Iterable[str]) -> Iterator[_Met]:
    heading, around = _heading(place), _of_species if _of_tissue(place) else _in_group
    for width, form in ((width, form) for width, forms in enumerate(known) for form in forms):
        yield from _closest(heading, width, form)
        yield from around(place, width, form)
    for form in groups:
        yield from (replace(met, kin=max(met.kin, Kin.TOGETHER)) for met in _closest(heading, len(known), form))


def _closest(heading: _Heading, width: int, form: str) -> Iterator[_Met]:
    for terms, at_best in ((heading.terms, Kin.EQUAL), (heading.outer, Kin.CONFINED), (heading.rest, Kin.REST)):
        for term in terms:
            yield from (replace(met, kin=max(met.kin, at_best)) for met in _kinship(term, form, width))
    for term in heading.readings:
        yield from (met for met in _kinship(term, form, width) if met.kin in _DIRECT)


_DIRECT = frozenset({Kin.EQUAL, Kin.ENDS, Kin.WIDER, Kin.ABOVE})
"""How a group, or a word in brackets, may be met: 豆类(芸豆) is no heading for whatever contains 芸豆."""


def _kinship(term: str, form: str, width: int) -> Iterator[_Met]:
    """Say how *form*, the product's own name where *width* is 0, meets *term*. The head of a Chinese name stands last: 长豇豆 is a 豇豆, 豇豆干 is none."""
    food, name = _classless(term), _classless(form)
    if kin := _straight(food, name, width):
        yield _Met(kin, width, -min(len(food), len(name)), abs(len(food) - len(name)), term, form)
    if match := _KIND.fullmatch(term):
        kind, of = match.groups()
        if kin := _of_kind(kind, of, form, width):
            yield _Met(kin, width, -len(kind), len(of), kind, form)


def _straight(food: str, name: str, width: int) -> Kin | None:
    if name == food:
        return Kin.WIDER if width else Kin.EQUAL
    if _ends(name, food):
        return Kin.ABOVE if width else Kin.ENDS
    if not width and len(food) > 1 and _has(name, food):
        return Kin.CONTAINED
    return Kin.NARROWER if _ends(food, name) else None


def _of_kind(kind: str, of: str, form: str, width: int) -> Kin | None:
    """Meet what a term names the class of: 带鱼 is one of 鱼类, may be one of 肉食性鱼类; only the product's own name may stand in 鱼类罐头."""
    if _ends(form, kind):
        return None if width and of else Kin.KIND
    return None if width or not _ends(form, kind[-1]) else Kin.ALIKE


_KIND = re.compile(r"(.+?)类(?!似|别)(.*)")


def _has(name: str, food: str) -> bool:
    """Tell whether *food* is in *name* and not denied there: 非油炸面 is no 油炸面."""
    return food in name.replace("非" + food, "")


def _ends(name: str, food: str) -> bool:
    return name.endswith(food) and not name.endswith("非" + food)


def _in_group(place: Place, width: int, form: str) -> Iterator[_Met]:
    for term in _read(place.group).terms:
        yield from (replace(met, kin=Kin.GROUP) for met in _kinship(term, form, width) if met.kin in _DIRECT)


def _of_species(place: Place, width: int, form: str) -> Iterator[_Met]:
    """Meet the species: the name is one (小龙虾), or the product's own has it, and the last sign of the tissue (猪肉, 肌肉)."""
    ends = {tissue[-1] for tissue in _read(place.name).members}
    of_tissue = not width and form[-1] in ends
    for species in _read(place.group).members:
        if kin := _species(species, form, of_tissue=of_tissue):
            yield _Met(kin, width, -len(species), 0, species, form)


def _species(species: str, form: str, *, of_tissue: bool) -> Kin | None:
    if species.startswith("所有"):
        return Kin.GROUP if of_tissue else None
    if species.startswith(_OTHER):
        return Kin.REST if of_tissue else None
    return Kin.SPECIES if form.endswith(species) or (of_tissue and species in form) else None


# How a heading reads


@dataclass(frozen=True, slots=True)
class _Heading:
    """What a heading says: the foods it covers, and those it does not."""

    members: tuple[str, ...] = ()
    """The foods as listed, brackets taken off."""
    terms: tuple[str, ...] = ()
    """The foods, and what they are joined of."""
    outer: tuple[str, ...] = ()
    """The same, where a bracket confines the heading to some of them (仅限)."""
    rest: tuple[str, ...] = ()
    """Of what it takes the others (其他)."""
    examples: tuple[str, ...] = ()
    """Foods named in brackets."""
    readings: tuple[str, ...] = ()
    """Examples, and other ways to read brackets and joined words."""
    excluded: frozenset[str] = frozenset()
    """Foods it leaves to others, without 类."""

    def foods(self) -> frozenset[str]:
        """Return every food the heading names, covered or excluded, without 类."""
        return self.excluded.union(map(_classless, (*self.terms, *self.outer, *self.readings)))

    def lies_in(self, excluded: frozenset[str]) -> bool:
        """Tell whether all that the heading lists, or all that it names in brackets, is excluded: 液体乳(灭菌乳) where 灭菌乳 is."""
        return any(listed and all(_classless(food) in excluded for food in listed) for listed in (self.members, self.examples))


def _heading(place: Place) -> _Heading:
    if not _of_tissue(place):
        return _read(place.name)
    species, tissues = _read(place.group).members, _read(place.name).members
    return _Heading(members=(*species, *tissues), readings=tuple(animal + tissue for animal in species for tissue in tissues))


def _of_tissue(place: Place) -> bool:
    return place.classification.startswith(BY_SPECIES)


def _forms(name: str) -> tuple[str, ...]:
    """Return what the product is called by *name*: itself, and what stands in its brackets or behind a blank."""
    read = (_read("".join(name.split())), _read(name))
    return tuple(dict.fromkeys(form for one in read for form in (*one.members, *one.terms, *one.examples)))


@lru_cache(maxsize=8192)
def _read(text: str, depth: int = 0) -> _Heading:
    """Read a heading: its members, each with its brackets; a comma or a blank opens a bracket to the end, 除…以外的 is one before the rest."""
    head, *behind = _split(_clean(text), " ,;")
    excluded, head = match.groups() if (match := _SAVE.fullmatch(head)) else ("", head)
    asides = [(_Sense.EXCLUDED, excluded), *_asides(",".join(behind))]
    members: list[str] = []
    readings: list[str] = []
    for member in _split(head, "、/"):
        words, brackets = _unbracketed(_NUMBER.sub("", member))
        inside = [list(_asides(bracket)) for bracket in brackets]
        asides += [aside for bracket in inside for aside in bracket]
        if words.endswith("除外"):
            asides.append((_Sense.EXCLUDED, words.removesuffix("除外").replace(_MARK, "")))
            continue
        plain = words.replace(_MARK, "")
        readings += [part for reading in _readings(words, inside) for part in _joined(reading)]
        members += _unique([_OF_THESE.sub("", _bare(plain))])
    parts = [part for member in members for part in ((member,) if member.startswith(_OTHER) else _joined(member))]
    if _OF_THESE.search(head):
        readings += [part + "制品" for part in parts]
    sides = [(sense, _read(words, depth + 1)) for sense, words in asides if words and depth < _DEEPEST]
    return _told(members, parts, readings + _shared(parts), sides)


def _told(members: Sequence[str], parts: Sequence[str], readings: Sequence[str], sides: Sequence[tuple[_Sense, _Heading]]) -> _Heading:
    beside = [side for sense, side in sides if sense is not _Sense.EXCLUDED]
    confined = any(sense is _Sense.ONLY for sense, _side in sides)
    others = [part for part in parts if part.startswith(_OTHER)]
    whole = [member for member in members if not any(part in others for part in _joined(member))]
    terms = _unique(part for part in (*whole, *parts) if part not in others)
    named = (*(term for side in beside for term in (*side.terms, *side.readings)), *others)
    return _Heading(
        members=tuple(members),
        terms=() if confined else terms,
        outer=(*terms, *readings) if confined else (),
        rest=_unique(part for other in others for part in _joined(other[2:].removeprefix("类"))),
        examples=tuple(food for side in beside for food in side.members if len(food) > 1),
        readings=_unique((*named, *([] if confined else readings)), least=2),
        excluded=frozenset(_classless(term) for sense, side in sides if sense is _Sense.EXCLUDED for term in (*side.terms, *side.readings)),
    )


class _Sense(Enum):
    """What a bracket says of the food before it."""

    EXCLUDED = auto()
    ONLY = auto()
    PLAIN = auto()


_SENSES = (
    (re.compile(r"(?:除|包括|包含)?(.+?)(?:除外|以外|之外)|除(.+)外|不(?:包括|包含|含)(.+)"), _Sense.EXCLUDED),
    (re.compile(r"(?:仅限于?|仅指|限于)(.+)"), _Sense.ONLY),
    (re.compile(r"(?:包括|包含|含|例如|如)(.+)"), _Sense.PLAIN),
)
_ALL_OUT = re.compile(r"(?!包括|包含|仅限|限于).+(?:除外|以外|之外)")
_SAVE = re.compile(r"除(.+?)(?:以外|之外|外)的(.+)")
_OF_THESE = re.compile(r"及以上.*制品\Z")
"""香菇、榛蘑及以上食用菌的制品: the mushrooms, and what is made of each."""
_OTHER = ("其他", "其它")


def _asides(bracket: str) -> Iterator[tuple[_Sense, str]]:
    """Take a bracket apart by its commas, unless 除外 at its end rules them all; what follows an exclusion is excluded too."""
    sense = _Sense.PLAIN
    for clause in [bracket] if _ALL_OUT.fullmatch(bracket) else _split(bracket, ",;"):
        said_of, match = next(((meant, match) for pattern, meant in _SENSES if (match := pattern.fullmatch(clause))), (None, None))
        sense = said_of or (sense if sense is _Sense.EXCLUDED else _Sense.PLAIN)
        yield sense, _bare(next(filter(None, match.groups())) if match else clause)


def _bare(words: str) -> str:
    """Take off what follows a food where it is one of several (腐竹、油皮等), or one that another class deals with."""
    return words.removesuffix("等").removesuffix("涉及的品种")


def _readings(words: str, brackets: Sequence[Sequence[tuple[_Sense, str]]]) -> Iterator[str]:
    """Read without a footnote's mark, and a single sign in brackets in each way the standards mean it: 大米(粉) is 大米粉, 果酱(泥) is 果泥, 枣(鲜) is 鲜枣."""
    pieces = words.split(_MARK)
    yield from _FOOTNOTE.findall("".join(pieces))
    for number, bracket in enumerate(brackets, 1):
        before, after = "".join(pieces[:number]), "".join(pieces[number:])
        for sign in [sign for sense, clause in bracket if sense is not _Sense.EXCLUDED for sign in clause.split("、") if len(sign) == 1]:
            yield from (before + sign + after, before[:-1] + sign + after, sign + before + after)


def _joined(words: str) -> tuple[str, ...]:
    """Return what *words* are joined of: 谷物及其制品 is 谷物 and 谷物制品, 坚果与籽类 is 坚果 and 籽类.

    和 within a word (调和油) joins nothing, nor does a joint within an attribute (以水产及动物肝脏为原料的产品).
    """
    first, *others = _JOINT.split(words)
    parts = [first]
    for joint, part in zip(others[::2], others[1::2], strict=True):
        if len(part) < 2 or "的" in part or not parts[-1]:
            parts[-1] += joint + part
        else:
            parts.append(parts[-1] + part if joint == "及其" else part)
    return _unique(parts)


_JOINT = re.compile(r"(以及|及其(?!他|它)|[及和与或等])")


def _shared(parts: Sequence[str]) -> list[str]:
    """Return listed words with the end of the last or the beginning of the first that they may share: 鲜、冻水产动物 is 鲜水产动物, 海水鱼、虾 is 海水虾."""
    if not parts:
        return []
    first, last = parts[0], parts[-1]
    tails = [last[-size:] for size in range(1, min(len(last), 7))]
    heads = [first[:size] for size in range(1, min(len(first), 7))]
    return [part + tail for part in parts[:-1] for tail in tails] + [head + part for part in parts[1:] if len(part) == 1 for head in heads]


def _classless(words: str) -> str:
    """Return *words* without 类 if two signs are left: the standards write 叶菜蔬菜 and 叶菜类蔬菜, 豆制品 and 豆类制品, of the same."""
    left = words.replace("类", "")
    return left if len(left) > 1 else words


_NUMBER = re.compile(r"\A[0-9]+(?:\.[0-9]+)+")
"""The number of a food category before its name: 14.01包装饮用水."""
_FOOTNOTE = re.compile(r"\A(.*[^\x00-\x7f])[a-z]\Z")
"""The mark of a footnote behind it: 煎炸过程用油a."""


def _unique(words: Iterable[str], least: int = 1) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if len(word) >= least))


_MARK = "\ue000"
"""Stands where a bracket stood; it is no character of any script."""
_OPENING, _CLOSING = "([{【〔〖〈《「『", ")]}】〕〗〉》」』"
_SIGNS = str.maketrans({**dict.fromkeys(_OPENING, "("), **dict.fromkeys(_CLOSING, ")"), _MARK: None})
_BLANK = re.compile(" (?=[(),、;/])|(?<=[(、,;/]) ")
_DEEPEST = 2
"""Brackets within brackets that say something: the standards have 香辛料类[花椒、桂皮(肉桂)除外]."""


def _clean(text: str) -> str:
    """Write *text* with one kind of brackets and signs, and a blank only where it parts two words."""
    return _BLANK.sub("", " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_SIGNS).split()))


def _split(text: str, signs: str) -> list[str]:
    """Split *text* at *signs* that stand in no bracket."""
    parts, depth = [""], 0
    for part in re.split(f"([(){signs}])", text):
        if part in signs and part and not depth:
            parts.append("")
            continue
        depth = max(depth + (part == "(") - (part == ")"), 0)
        parts[-1] += part
    return [part for part in parts if part] or [""]


def _unbracketed(text: str) -> tuple[str, list[str]]:
    """Take the outermost brackets out of *text*, a mark in the place of each; one that is never closed ends with the text, one never opened is nothing."""
    outside, inside, depth = "", [], 0
    for part in re.split(r"([()])", text):
        if part == "(" and not depth:
            outside += _MARK
            inside.append("")
        elif depth > 1 or (depth and part != ")"):
            inside[-1] += part
        elif part != ")":
            outside += part
        depth = max(depth + (part == "(") - (part == ")"), 0)
    return outside, inside
