"""What every test of the window needs: a screen nobody sees, the carried typefaces, one language at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication

from lims import i18n
from ui.kit.desk import Desk
from ui.theme import theme


@pytest.fixture(scope="session")
def qapp(qapp_args: list[str], qapp_cls: type[QApplication], pytestconfig: pytest.Config) -> QApplication:
    """The application, dressed."""
    app = QApplication.instance() or QApplication(["tests"])
    assert isinstance(app, QApplication)
    theme.start(app, "light")
    return app


@pytest.fixture(autouse=True)
def chinese(qapp: QApplication) -> Iterator[None]:
    """Each test begins in Chinese, in the light, and leaves it so."""
    i18n.use("zh_CN")
    yield
    if i18n.language() != "zh_CN" or theme.table != "light":
        i18n.use("zh_CN")
        theme.use("light")


class PaperStore:
    """A store that keeps nothing: for the desk's own laws, which hold for any store."""

    def __init__(self) -> None:
        self.on_change: list = []
        self.open = 0

    @contextmanager
    def work(self) -> Iterator[PaperStore]:
        self.open += 1
        try:
            yield self
        finally:
            self.open -= 1

    def tell(self, *kinds: str) -> None:
        """Say that kinds of thing have changed."""
        for each in self.on_change:
            each(frozenset(kinds))


@pytest.fixture
def store() -> PaperStore:
    """A store that keeps nothing."""
    return PaperStore()


@pytest.fixture
def desk(store: PaperStore, qapp: QApplication) -> Iterator[Desk]:
    """A desk over it."""
    made = Desk(store)
    yield made
    made.close()
