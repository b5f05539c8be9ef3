"""Regular expressions of a profile: checked when it is read, so that no text can make one hang."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from drivers.core.form import unknown_value

with warnings.catch_warnings():
    # The parser of `re` itself: only it knows what a pattern repeats. Python 3.11 calls its old name deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    import sre_constants as op
    import sre_parse

LINE = 160
"""Characters of a line that is matched; a longer one matches nothing. A ticket's paper has 16 to 48 columns."""
LONGEST = 1000
"""Characters of a pattern."""
TEXT = 8000
"""Characters of a text that is matched as a whole."""
LINE_DEGREE, TEXT_DEGREE = 3, 2
"""So many repeats that could take each other's characters, the search for a place included: the work is at most length to this power."""

_PROBES = frozenset([*map(chr, range(32, 127)), "\t", "\n", "中", "μ", "１"])
"""Characters that stand for all others when two repeats are asked what they have in common."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One step of a pattern: the characters it may take, whether it repeats without limit, whether it may be left out."""

    takes: frozenset[str]
    repeats: bool
    optional: bool


def checked(pattern: str, path: str, groups: Collection[str], needed: Collection[str] = ()) -> str:
    """Return *pattern*; raises Wrong at *path* when it is none, names a group outside *groups*, lacks all of *needed*, or could hang."""
    try:
        names = re.compile(pattern).groupindex
        degree = _degree(pattern) if len(pattern) <= LONGEST else 99
    except (re.error, RecursionError, OverflowError):
        raise unknown_value(path, pattern) from None
    if not set(names) <= set(groups) or (needed and not set(needed) & set(names)):
        raise unknown_value(path, pattern, *(f"(?P<{name}>" for name in groups))
    if degree > (TEXT_DEGREE if over_lines(pattern) else LINE_DEGREE):
        raise unknown_value(path, pattern)
    return pattern


def over_lines(pattern: str) -> bool:
    """Say whether *pattern* goes over several lines: it names a line feed."""
    return "\\n" in pattern or "\n" in pattern


def _degree(pattern: str) -> int:
    """Return the largest number of repeats, in a row of the pattern, each of which could take what the next one takes."""
    parsed = sre_parse.parse(pattern, re.MULTILINE)
    if parsed.state.flags & ~(re.MULTILINE | re.UNICODE):
        raise re.error("flags")
    parts = list(_parts(parsed, optional=False))
    if not _anchored(pattern):
        parts.insert(0, _Part(_PROBES, repeats=True, optional=True))
    longest: list[int] = []
    for at, part in enumerate(parts):
        before = [longest[earlier] for earlier in range(at) if part.repeats and _exchange(parts, earlier, at)]
        longest.append(1 + max(before, default=0) if part.repeats else 0)
    return max(longest, default=0)


def _exchange(parts: list[_Part], earlier: int, later: int) -> bool:
    first = parts[earlier]
    between = [part for part in parts[earlier + 1 : later] if not part.optional]
    return first.repeats and all(first.takes & part.takes for part in (*between, parts[later]))


def _anchored(pattern: str) -> bool:
    return pattern.startswith(("^", "\\A")) and not any(code is op.BRANCH for code, _ in sre_parse.parse(pattern).data)


def _parts(parsed: Any, *, optional: bool) -> Iterator[_Part]:
    """Yield the steps of *parsed*; raises re.error for what is not allowed: repeats in repeats, references, looking around."""
    for code, value in parsed:
        if code in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
            yield _Part(_takes(code, value), repeats=False, optional=optional)
        elif code is op.AT:
            continue
        elif code is op.SUBPATTERN:
            if value[1] & ~re.MULTILINE:
                raise re.error("flags")
            yield from _parts(value[3], optional=optional)
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT):
            yield from _repeat(*value, optional=optional)
        elif code is op.BRANCH:
            yield _united([part for branch in value[1] for part in _parts(branch, optional=False)], repeats=False, optional=optional)
        else:
            raise re.error(str(code))


def _repeat(least: int, most: Any, body: Any, *, optional: bool) -> Iterator[_Part]:
    if most == 1:
        yield from _parts(body, optional=optional or least == 0)
        return
    inner = list(_parts(body, optional=False))
    if any(part.optional for part in inner) or _branches(body):
        raise re.error("repeat in repeat")
    yield _united(inner, repeats=most != least, optional=optional or least == 0)


def _branches(parsed: Any) -> bool:
    return any(code is op.BRANCH or (code is op.SUBPATTERN and _branches(value[3])) for code, value in parsed)


def _united(parts: list[_Part], *, repeats: bool, optional: bool) -> _Part:
    if any(part.repeats for part in parts):
        raise re.error("repeat in repeat")
    return _Part(frozenset().union(*(part.takes for part in parts)), repeats=repeats, optional=optional)


def _takes(code: Any, value: Any) -> frozenset[str]:
    if code is op.LITERAL:
        return frozenset((chr(value),))
    if code is op.ANY:
        return _PROBES - {"\n"}
    if code is op.NOT_LITERAL:
        return _PROBES - {chr(value)}
    return _of_set(value)


def _of_set(items: Any) -> frozenset[str]:
    taken: set[str] = set()
    negated = False
    for code, value in items:
        if code is op.NEGATE:
            negated = True
        elif code is op.LITERAL:
            taken.add(chr(value))
        elif code is op.RANGE:
            taken.update(probe for probe in _PROBES if value[0] <= ord(probe) <= value[1])
            taken.add(chr(value[0]))
        else:
            taken.update(probe for probe in _PROBES if re.match(_CATEGORIES[str(value)], probe))
    return _PROBES - taken if negated else frozenset(taken)


_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
