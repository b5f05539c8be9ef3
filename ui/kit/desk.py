"""Work away from the screen: one clerk thread that alone uses the store, answers and errors that come back here.

    desk.ask(samples.page, filter, then=self.table.put)                        # job(work, filter)
    desk.ask(samples.receive, number, intake, by=self.person, then=self.done)  # job(work, number, intake, by=person)
    desk.ask(businesses.save, draft, by=self.person, then=..., form=self.form) # Mistakes go beside the fields
    desk.run(render, pdf, then=self.show)                                      # without the store, on a pool

No screen catches anything: Refusal, Mistakes, Trouble and Stale become sight in one place, the window;
anything else is a bug and goes to `crashed`. `changed` carries the kinds of thing the store saw changing.
An answer whose receiver has gone meanwhile is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from lims.errors import Mistakes, Refusal, Stale, Trouble

Kinds = frozenset[str]

SLOW = 500
"""Milliseconds after which a person is told that something is being done."""


class Books(Protocol):
    """What the desk needs of a store."""

    on_change: list[Callable[[Kinds], None]]

    def work(self) -> AbstractContextManager[Any]: ...


class Notes(Protocol):
    """Who shows mistakes beside fields: a form or a dialog."""

    def note(self, mistakes: dict[str, str]) -> None: ...


class Desk(QObject):
    """Runs work in order on one thread and delivers each answer on the screen's thread."""

    changed = Signal(object)
    refused = Signal(str)
    troubled = Signal(str, object)
    """Words, and what to call to try again."""
    stale = Signal(str)
    crashed = Signal(object)
    busy = Signal(bool)
    """True when work has lasted half a second, False when nothing is left to do."""
    _done = Signal(object)

    def __init__(self, store: Books, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = store
        self._clerk = ThreadPoolExecutor(1, "clerk")
        self._pool = ThreadPoolExecutor(2, "pool")
        self._open, self._closed = 0, False
        self._newest: dict[str, _Task] = {}
        self._slow = QTimer(self, singleShot=True, interval=SLOW)
        self._slow.timeout.connect(lambda: self.busy.emit(True))
        self._done.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._heard = self.changed.emit
        store.on_change.append(self._heard)

    def ask(
        self,
        job: Callable[..., Any],
        *args: Any,
        then: Callable[[Any], Any] | None = None,
        by: Any = None,
        form: Notes | None = None,
        once: str = "",
        **options: Any,
    ) -> None:
        """Do ``job(work, *args, by=by, **options)`` in one unit of work; call *then* with its answer.

        *form* is shown Mistakes and Refusals; *once* names a question of which only the newest is answered (a search while typing).
        """
        if by is not None:
            options["by"] = by

        def with_store() -> Any:
            with self.store.work() as work:
                return job(work, *args, **options)

        self._begin(self._clerk, _Task(with_store, then, form, once))

    def run(self, function: Callable[..., Any], *args: Any, then: Callable[[Any], Any] | None = None, form: Notes | None = None, once: str = "") -> None:
        """Do ``function(*args)`` away from the screen and the store: files, pages, printers."""
        self._begin(self._pool, _Task(lambda: function(*args), then, form, once))

    def idle(self) -> bool:
        """Return whether every answer has been delivered."""
        return self._open == 0

    def close(self) -> None:
        """Finish what was begun and stop."""
        if self._heard in self.store.on_change:
            self.store.on_change.remove(self._heard)
        self._closed = True
        self._clerk.shutdown(wait=True)
        self._pool.shutdown(wait=True)

    def _begin(self, pool: ThreadPoolExecutor, task: _Task) -> None:
        if self._closed:
            return  # a page being drawn while the program leaves asks for nothing any more
        self._open += 1
        if task.once:
            self._newest[task.once] = task
        if not self._slow.isActive():
            self._slow.start()
        task.pool = pool

        def do() -> Any:
            if task.once and self._newest.get(task.once) is not task:
                return None  # a newer question waits: its answer is the one that is wanted
            return task.job()

        pool.submit(do).add_done_callback(lambda future: self._tell(task, future))

    def _tell(self, task: _Task, future: Future[Any]) -> None:
        task.future = future
        if isValid(self):
            self._done.emit(task)

    def _deliver(self, task: _Task) -> None:
        self._open -= 1
        if not self._open:
            self._slow.stop()
            self.busy.emit(False)
        superseded = task.once and self._newest.get(task.once) is not task
        assert task.future is not None
        error = task.future.exception()
        if error is not None:
            self._fail(error, task)
        elif task.then and not superseded and _alive(task.then):
            task.then(task.future.result())

    def _fail(self, error: BaseException, task: _Task) -> None:
        match error:
            case Mistakes() if task.form is not None and _alive(task.form.note):
                task.form.note(error.fields)
            case Mistakes():
                self.refused.emit(" ".join(error.fields.values()))
            case Refusal() if task.form is not None and _alive(task.form.note):
                task.form.note({"": error.words})
            case Refusal():
                self.refused.emit(error.words)
            case Stale():
                self.stale.emit(error.words)
            case Trouble():
                self.troubled.emit(error.words, lambda: self._begin(task.pool or self._clerk, task.again()))
            case _:
                self.crashed.emit(error)


class _Task:
    """One piece of work and who waits for it."""

    def __init__(self, job: Callable[[], Any], then: Callable[[Any], Any] | None, form: Notes | None, once: str) -> None:
        self.job, self.then, self.form, self.once = job, then, form, once
        self.future: Future[Any] | None = None
        self.pool: ThreadPoolExecutor | None = None

    def again(self) -> _Task:
        """The same work, to be tried anew."""
        return _Task(self.job, self.then, self.form, self.once)


def _alive(function: Any, depth: int = 3) -> bool:
    """Return whether whoever receives an answer still exists: the owner of a method, or what a lambda holds on to."""
    held = [getattr(function, "__self__", None), *_held(getattr(function, "__closure__", None) or ())]
    if any(isinstance(each, QObject) and not isValid(each) for each in held):
        return False
    return depth == 0 or all(_alive(each, depth - 1) for each in held if callable(each) and not isinstance(each, type))


def _held(cells: Iterable[Any]) -> Iterator[Any]:
    for cell in cells:
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet: a function that speaks of itself
            continue
