"""Formulas of calculated items: a small language that reckons, compares and rounds exact decimals, and can run nothing.

Signs: ``+``, ``-`` ``−``, ``*`` ``×`` ``·``, ``/`` ``÷``, ``^`` (binds to the right, and before a sign: -2^2 is -4), round or full-width brackets and commas.
Functions, each also by its Chinese name: ``if(W1 > 0 and W2 <> 0, W1, W2)``, ``min``, ``max``, ``sum``, ``mean``, ``abs``, ``sqrt``, and
``round(W1, 0.01)`` or ``round(W1, 3s)``, whose second place is an interval of GB/T 8170-2008, never a number of decimals.
Conditions: ``<`` ``<=`` ``≤`` ``>`` ``>=`` ``≥`` ``=`` ``<>`` ``≠``, ``and``, ``or``, ``not``. Of the two branches of an ``if`` only the one taken is reckoned.

Sources: GB/T 8170-2008 (rounding in one step), ISO/IEC 17025:2017 7.11.6 (calculations are checked in a systematic manner).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, Underflow, localcontext
from functools import cache, cmp_to_key, lru_cache, reduce
from graphlib import CycleError, TopologicalSorter
from hashlib import sha256
from math import prod
from typing import Any, NamedTuple

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, UnexpectedToken

from lims.errors import Refusal
from lims.i18n import _
from lims.rules.rounding import EXACT, round_to

EDITION = "1"
"""Of the language; it changes when the same formula would give another value."""

LONGEST = 1000
"""Characters: a formula of any method fits."""

DEEPEST = 60
"""Functions, powers and brackets within one another, far less than the evaluation can go."""

DIGITS = 30
"""Digits of a written number before its point, and as many behind it."""

LARGEST_EXPONENT = 99
"""Of a power, up or down; 10^-3 and 10^6 are usual."""

CARRIED = 50
"""Significant digits of a quotient or root that does not come out even; all else is exact up to EXACT digits."""

FARTHEST = 200
"""Powers of ten, up or down, that a value may reach: any of them can still be rounded to any interval."""


def names(formula: str) -> tuple[str, ...]:
    """Return what the formula asks for, in order of appearance. Raises Refusal when it cannot be read."""
    return _parsed(formula).names


def evaluate(formula: str, values: Mapping[str, Decimal]) -> Decimal:
    """Return the value: exact where it comes out within EXACT digits, otherwise to CARRIED significant digits.

    Raises Refusal when a name has no value, something is divided by zero, or a number cannot be.
    """
    node = _parsed(formula)
    if missing := [name for name in node.names if name not in values]:
        raise Refusal(_("Not entered yet: {names}.").format(names=_(", ").join(missing)))
    for name in node.names:
        _usable(name, values[name])
    return _reckoned(node, values)


def digest(formula: str) -> str:
    """Return the fingerprint by which a result can say which formula gave it: blanks, needless brackets and other words for the same leave it as it is."""
    return sha256(f"{EDITION}\n{_parsed(formula).text}".encode()).hexdigest()


def order(formulas: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of *formulas* (name -> formula), each after those it rests on. Raises Refusal when they rest on one another in a circle."""
    rests = {}
    for name, text in formulas.items():
        with _naming(name):
            rests[name] = [asked for asked in names(text) if asked in formulas]
    try:
        return tuple(TopologicalSorter(rests).static_order())
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise Refusal(_("The formulas rest on one another in a circle: {circle}. Change one of them.").format(circle=circle)) from None


@dataclass(frozen=True, slots=True)
class Open:
    """Why a formula has no value yet."""

    missing: tuple[str, ...]
    """What must still be entered, for the formula itself or for one it rests on."""


def calculate(formulas: Mapping[str, str], values: Mapping[str, Decimal]) -> dict[str, Decimal | Open]:
    """Return what each formula gives, in the order they rest on one another, or what it still waits for. Raises Refusal naming the formula."""
    if both := [name for name in formulas if name in values]:
        raise Refusal(_("Calculated and entered at once: {names}. Enter only what is not calculated.").format(names=_(", ").join(both)))
    known, found = dict(values), dict[str, Decimal | Open]()
    for name in order(formulas):
        if missing := _missing(formulas[name], known, found):
            found[name] = Open(missing)
            continue
        with _naming(name):
            found[name] = known[name] = evaluate(formulas[name], known)
    return found


def _missing(formula: str, known: Mapping[str, Decimal], found: Mapping[str, Decimal | Open]) -> tuple[str, ...]:
    missing: list[str] = []
    for name in names(formula):
        if name not in known:
            before = found.get(name)
            missing += before.missing if isinstance(before, Open) else (name,)
    return tuple(dict.fromkeys(missing))


@contextmanager
def _naming(name: str) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        raise Refusal(_("{name}: {words}").format(name=name, words=refusal.words)) from None


# Reading

GRAMMAR = r"""
?start: terms
?terms: factors ((PLUS | MINUS) factors)*
?factors: signed ((TIMES | OVER) signed)*
?signed: raised | MINUS signed -> negative
?raised: atom | atom _POWER exponent -> power
?exponent: raised | MINUS exponent -> negative
?atom: NUMBER -> number | NAME -> name | _OPEN terms _CLOSE | NAME _OPEN [argument (_COMMA argument)*] _CLOSE -> call
?argument: terms | either | INTERVAL -> interval
?either: both (_OR both)*
?both: condition (_AND condition)*
?condition: _NOT condition -> otherwise | terms COMPARISON terms -> comparison | _OPEN either _CLOSE

PLUS: "+"
MINUS: /[-−]/
TIMES: /[*×·]/
OVER: /[\/÷]/
_POWER: "^"
_OPEN: /[(（]/
_CLOSE: /[)）]/
_COMMA: /[,，]/
COMPARISON: /<=|>=|<>|[<>=≤≥≠]/
_AND.2: /(and|且)(?!\w)/
_OR.2: /(or|或)(?!\w)/
_NOT.2: /(not|非)(?!\w)/
INTERVAL.2: /[0-9]+s(?!\w)/
NUMBER: /[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/
NAME: /[A-Za-z_αβγδεηθλμπρστφωΔ〇㐀-䶿一-鿿][A-Za-z_αβγδεηθλμπρστφωΔ〇㐀-䶿一-鿿0-9₀-₉]*/
%ignore /[ \t\u3000]+/
"""

_SPELT = {"−": "-", "×": "*", "·": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "<>"}

_WORDS = {
    "if": "if",
    "如果": "if",
    "min": "min",
    "最小": "min",
    "max": "max",
    "最大": "max",
    "sum": "sum",
    "求和": "sum",
    "mean": "mean",
    "平均": "mean",
    "round": "round",
    "修约": "round",
    "abs": "abs",
    "绝对值": "abs",
    "sqrt": "sqrt",
    "平方根": "sqrt",
}

_RESERVED = {*_WORDS, "and", "or", "not", "且", "或", "非"}

_VALUE, _NUMBER, _INTERVAL, _CONDITION = "v", "n", "i", "c"
"""What an argument can be: any value, a written number, a number of significant digits, a condition."""

_TAKES = {
    "if": ("c[vn][vn]", "if(A > B, A, B)"),
    "min": ("[vn]+", "min(A, B)"),
    "max": ("[vn]+", "max(A, B)"),
    "sum": ("[vn]+", "sum(A, B)"),
    "mean": ("[vn]+", "mean(A, B)"),
    "round": ("[vn][ni]", "round(A, 0.01), round(A, 3s)"),
    "abs": ("[vn]", "abs(A)"),
    "sqrt": ("[vn]", "sqrt(A)"),
}
"""Function -> the sorts of its arguments as a pattern, and an example to show."""


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    kind: str
    parts: tuple[_Node, ...] = ()
    word: str = ""
    """The number, the name, the interval, the comparison, or the sign before each part."""
    text: str = ""
    """The formula in its one spelling, every bracket written."""
    sort: str = _VALUE
    names: tuple[str, ...] = ()
    depth: int = 0


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", transformer=_Building())


@lru_cache(maxsize=512)
def _parsed(formula: str) -> _Node:
    if len(formula) > LONGEST:
        raise Refusal(_("A formula has at most {count} characters.").format(count=LONGEST))
    try:
        node: Any = _parser().parse(formula)
    except UnexpectedInput as error:
        raise _unreadable(formula, error) from None
    assert isinstance(node, _Node)
    return node


def _unreadable(formula: str, error: UnexpectedInput) -> Refusal:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return Refusal(_("The formula ends too early. Something is missing at column {column}.").format(column=len(formula) + 1))
    place = error.pos_in_stream or 0
    found = formula[place] if formula[place].isprintable() else f"U+{ord(formula[place]):04X}"
    return Refusal(_("The formula cannot be read: “{found}” at column {column} does not belong there.").format(column=place + 1, found=found))


def _column(token: Token) -> int:
    return (token.start_pos or 0) + 1


@v_args(inline=True)
class _Building(Transformer[Token, _Node]):
    """Makes the nodes while the parser reads, from the innermost outwards, so that reading needs no recursion."""

    def number(self, token: Token) -> _Node:
        digits, _e, exponent = str(token).lower().partition("e")
        if max(map(len, digits.split("."))) > DIGITS or len(exponent.lstrip("+-")) > 2:
            raise Refusal(
                _("Column {column}: a number has at most {count} digits before and behind its point, and an exponent of at most two.").format(
                    column=_column(token), count=DIGITS
                )
            )
        return _Node("number", word=str(token), text=str(Decimal(str(token))), sort=_NUMBER)

    def name(self, token: Token) -> _Node:
        if token in _RESERVED:
            raise Refusal(_("Column {column}: “{name}” is a word of the formula language. Choose another name.").format(column=_column(token), name=str(token)))
        return _Node("name", word=str(token), text=str(token), names=(str(token),))

    def interval(self, token: Token) -> _Node:
        return _Node("interval", word=str(token), text=str(token), sort=_INTERVAL)

    def terms(self, first: _Node, *rest: Any) -> _Node:
        return _chain("terms", "+", first, rest)

    def factors(self, first: _Node, *rest: Any) -> _Node:
        return _chain("factors", "*", first, rest)

    def negative(self, _sign: Token, part: _Node) -> _Node:
        return part.parts[0] if part.kind == "negative" else _node("negative", part, text=f"(-{part.text})")

    def power(self, foot: _Node, exponent: _Node) -> _Node:
        if not exponent.names:  # 9^9^9 is refused when it is written, not when it is first used
            _whole(_reckoned(exponent, {}))
        return _node("power", foot, exponent, text=f"({foot.text}^{exponent.text})")

    def call(self, token: Token, *arguments: _Node | None) -> _Node:
        function, parts = _WORDS.get(token), tuple(part for part in arguments if part is not None)
        if function is None:
            raise Refusal(
                _("Column {column}: there is no function “{name}”. There are {names}.").format(
                    column=_column(token), name=str(token), names=_(", ").join(_WORDS)
                )
            )
        takes, usage = _TAKES[function]
        if not re.fullmatch(takes, "".join(part.sort for part in parts)):
            raise Refusal(_("Column {column}: write it like {usage}.").format(column=_column(token), usage=usage))
        if function == "round":
            return _rounding(*parts)
        return _node(function, *parts, text=f"{function}({','.join(part.text for part in parts)})")

    def comparison(self, left: _Node, token: Token, right: _Node) -> _Node:
        sign = _SPELT.get(token, str(token))
        return _node("comparison", left, right, word=sign, text=f"({left.text}{sign}{right.text})", sort=_CONDITION)

    def both(self, *parts: _Node) -> _Node:
        return _node("both", *parts, text=f"({' and '.join(part.text for part in parts)})", sort=_CONDITION)

    def either(self, *parts: _Node) -> _Node:
        return _node("either", *parts, text=f"({' or '.join(part.text for part in parts)})", sort=_CONDITION)

    def otherwise(self, part: _Node) -> _Node:
        return _node("otherwise", part, text=f"(not {part.text})", sort=_CONDITION)


def _node(kind: str, *parts: _Node, text: str, word: str = "", sort: str = _VALUE) -> _Node:
    depth = 1 + max(part.depth for part in parts)
    if depth > DEEPEST:
        raise Refusal(_("A formula is nested at most {count} deep. Split it into several.").format(count=DEEPEST))
    asked = tuple(dict.fromkeys(name for part in parts for name in part.names))
    return _Node(kind, parts, word, text, sort, asked, depth)


def _chain(kind: str, sign: str, first: _Node, rest: Sequence[Any]) -> _Node:
    """Put what stands in one row into one node, so that a long row is not a deep one."""
    signs, parts, text = sign, [first], first.text
    for token, part in zip(rest[::2], rest[1::2], strict=True):
        spelt = _SPELT.get(token, str(token))
        signs, text = signs + spelt, f"({text}{spelt}{part.text})"
        parts.append(part)
    return _node(kind, *parts, text=text, word=signs)


def _rounding(value: _Node, interval: _Node) -> _Node:
    round_to(Decimal(0), interval.word)  # refuses what is no interval
    return _node("round", value, word=interval.word, text=f"round({value.text},{interval.word})")


# Reckoning

_CONTEXT = Context(
    prec=EXACT, rounding=ROUND_HALF_EVEN, Emin=-(10**5), Emax=10**5, capitals=1, clamp=0, traps=[InvalidOperation, DivisionByZero, Overflow, Underflow]
)

_Values = Mapping[str, Decimal]


class _Ratio(NamedTuple):
    """A value with its division not yet carried out, so that V ÷ m × c comes out wherever c × V ÷ m does; *under* is positive."""

    over: Decimal
    under: Decimal = Decimal(1)


def _usable(name: str, value: Decimal) -> None:
    if not value.is_finite() or abs(value.adjusted()) > FARTHEST or len(value.as_tuple().digits) > EXACT:
        raise Refusal(_("The value of {name} is no number that can be calculated with. Check it.").format(name=name))


def _reckoned(node: _Node, values: _Values) -> Decimal:
    try:
        with localcontext(_CONTEXT):
            return _settled(_ratio(node, values))
    except ArithmeticError:
        raise _far() from None


def _far() -> Refusal:
    return Refusal(_("The formula comes to a number that is too large or too small. Check the values entered."))


def _settled(ratio: _Ratio) -> Decimal:
    value = _carried(lambda: ratio.over / ratio.under)
    if abs(value.adjusted()) > FARTHEST:
        raise _far()
    return value


def _carried(reckon: Callable[[], Decimal]) -> Decimal:
    """Return the exact value if it has no more than EXACT digits, otherwise CARRIED of them, rounded once."""
    with localcontext() as context:
        context.clear_flags()
        value = reckon()
        if not context.flags[Inexact]:
            return value
        context.prec = CARRIED
        return reckon()


def _ratio(node: _Node, values: _Values) -> _Ratio:
    if node.kind in _FUNCTIONS:
        return _FUNCTIONS[node.kind]([_ratio(part, values) for part in node.parts])
    return _KINDS[node.kind](node, values)


def _terms(node: _Node, values: _Values) -> _Ratio:
    return _total([_ratio(part, values) if sign == "+" else _negated(_ratio(part, values)) for sign, part in zip(node.word, node.parts, strict=True)])


def _factors(node: _Node, values: _Values) -> _Ratio:
    ratios = (_ratio(part, values) if sign == "*" else _inverse(_ratio(part, values)) for sign, part in zip(node.word, node.parts, strict=True))
    return reduce(lambda left, right: _Ratio(left.over * right.over, left.under * right.under), ratios)


def _power(node: _Node, values: _Values) -> _Ratio:
    foot, exponent = _ratio(node.parts[0], values), _whole(_settled(_ratio(node.parts[1], values)))
    if not foot.over and not exponent:
        raise Refusal(_("Zero to the power of zero has no value. Check the values entered."))
    over, under = foot if exponent >= 0 else _inverse(foot)
    return _Ratio(prod([over] * abs(exponent), start=Decimal(1)), prod([under] * abs(exponent), start=Decimal(1)))


def _whole(exponent: Decimal) -> int:
    if abs(exponent) > LARGEST_EXPONENT or exponent != int(exponent):
        raise Refusal(_("An exponent must be a whole number from -{most} to {most}.").format(most=LARGEST_EXPONENT))
    return int(exponent)


def _choice(node: _Node, values: _Values) -> _Ratio:
    condition, then, otherwise = node.parts
    return _ratio(then if _holds(condition, values) else otherwise, values)


def _holds(node: _Node, values: _Values) -> bool:
    if node.kind == "comparison":
        left, right = (_ratio(part, values) for part in node.parts)
        return _COMPARISONS[node.word](_difference(left, right), 0)
    parts = (_holds(part, values) for part in node.parts)
    return any(parts) if node.kind == "either" else all(parts) if node.kind == "both" else not next(parts)


_COMPARISONS: Mapping[str, Callable[[Decimal, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}

_KINDS: Mapping[str, Callable[[_Node, _Values], _Ratio]] = {
    "number": lambda node, _values: _Ratio(Decimal(node.word)),
    "name": lambda node, values: _Ratio(values[node.word]),
    "negative": lambda node, values: _negated(_ratio(node.parts[0], values)),
    "terms": _terms,
    "factors": _factors,
    "power": _power,
    "if": _choice,
    "round": lambda node, values: _Ratio(round_to(_settled(_ratio(node.parts[0], values)), node.word)),
}


def _negated(ratio: _Ratio) -> _Ratio:
    return _Ratio(-ratio.over, ratio.under)


def _inverse(ratio: _Ratio) -> _Ratio:
    if not ratio.over:
        raise Refusal(_("Something would be divided by zero. Check the weighings."))
    return _Ratio(ratio.under, ratio.over) if ratio.over > 0 else _Ratio(-ratio.under, -ratio.over)


def _difference(left: _Ratio, right: _Ratio) -> Decimal:
    """Return a number with the sign of the difference."""
    return left.over * right.under - right.over * left.under


def _total(ratios: Sequence[_Ratio]) -> _Ratio:
    return reduce(lambda left, right: _Ratio(left.over * right.under + right.over * left.under, left.under * right.under), ratios)


def _mean(ratios: Sequence[_Ratio]) -> _Ratio:
    total = _total(ratios)
    return _Ratio(total.over, total.under * len(ratios))


def _root(ratios: Sequence[_Ratio]) -> _Ratio:
    over, under = ratios[0]
    if over < 0:
        raise Refusal(_("The square root of a negative number has no value. Check the values entered."))
    return _Ratio(_carried(lambda: (over * under).sqrt()), under)  # over/under = over·under / under², even where 4/9 is meant


def _sooner(left: _Ratio, right: _Ratio) -> int:
    return int(_difference(left, right).compare(Decimal(0)))


_BY_SIZE = cmp_to_key(_sooner)

_FUNCTIONS: Mapping[str, Callable[[Sequence[_Ratio]], _Ratio]] = {
    "min": lambda ratios: min(ratios, key=_BY_SIZE),
    "max": lambda ratios: max(ratios, key=_BY_SIZE),
    "sum": _total,
    "mean": _mean,
    "abs": lambda ratios: _Ratio(abs(ratios[0].over), ratios[0].under),
    "sqrt": _root,
}
