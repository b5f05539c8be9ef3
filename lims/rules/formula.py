"""Formulas of calculated items: names, numbers and the four operations on exact decimals, nothing that could run a program."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, Tree, v_args
from lark.exceptions import LarkError, VisitError

from lims.errors import Refusal
from lims.i18n import _

GRAMMAR = r"""
?start: sum
?sum: product | sum "+" product -> add | sum ("-"|"−") product -> sub
?product: signed | product ("*"|"×") signed -> mul | product ("/"|"÷") signed -> div
?signed: atom | ("-"|"−") signed -> neg
?atom: NUMBER -> number | NAME -> name | "(" sum ")"
NUMBER: /\d{1,30}(\.\d{1,30})?/
NAME: /[^\W\d]\w*/
%ignore /[ \t]+/
"""

LONGEST = 200
"""Characters: a formula of any method fits, and none nests deeper than the evaluation can go."""

_PARSER = Lark(GRAMMAR, parser="lalr")


@cache
def _parsed(formula: str) -> Tree[Token]:
    if len(formula) > LONGEST:
        raise Refusal(_("A formula has at most {count} characters.").format(count=LONGEST))
    try:
        return _PARSER.parse(formula)
    except LarkError:
        raise Refusal(_("“{formula}” is no formula this program can read.").format(formula=formula)) from None


def names(formula: str) -> tuple[str, ...]:
    """Return what the formula asks for, in order of appearance."""
    tokens = _parsed(formula).scan_values(lambda token: isinstance(token, Token) and token.type == "NAME")
    return tuple(dict.fromkeys(str(token) for token in tokens))


def evaluate(formula: str, values: Mapping[str, Decimal]) -> Decimal:
    """Return the exact value, or Refusal when a name has no value or something is divided by zero."""
    if missing := [name for name in names(formula) if name not in values]:
        raise Refusal(_("Not entered yet: {names}.").format(names=_(", ").join(missing)))
    with localcontext(prec=50):
        try:
            result: Decimal = _Evaluation(values).transform(_parsed(formula))
        except VisitError as error:
            raise error.orig_exc from None
    return result


@v_args(inline=True)
class _Evaluation(Transformer[Token, Any]):
    def __init__(self, values: Mapping[str, Decimal]) -> None:
        super().__init__()
        self._values = values

    def number(self, token: Token) -> Decimal:
        return Decimal(str(token))

    def name(self, token: Token) -> Decimal:
        return self._values[str(token)]

    def add(self, left: Decimal, right: Decimal) -> Decimal:
        return left + right

    def sub(self, left: Decimal, right: Decimal) -> Decimal:
        return left - right

    def mul(self, left: Decimal, right: Decimal) -> Decimal:
        return left * right

    def div(self, left: Decimal, right: Decimal) -> Decimal:
        if not right:
            raise Refusal(_("Something would be divided by zero. Check the weighings."))
        return left / right

    def neg(self, value: Decimal) -> Decimal:
        return -value
