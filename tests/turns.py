"""What work costs beside a bare loop in the same breath: a busy machine slows both, and the collector counts for neither."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import thread_time
from typing import Any

TURNS = 200_000
ROUNDS = 3


def turns(work: Callable[[], Any]) -> float:
    """Return how many turns of a bare loop cost this thread what *work* costs it: the least of three rounds of both.

    A law about cost stands at ten times what was seen, or further: it tells growth by the square from growth, not fast from slow.
    """
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        return min(_spent(work) / _spent(_bare) for _round in range(ROUNDS)) * TURNS
    finally:
        if was_collecting:
            gc.enable()


def _spent(work: Callable[[], Any]) -> float:
    began = thread_time()
    work()
    return thread_time() - began


def _bare() -> None:
    for _turn in range(TURNS):
        pass
