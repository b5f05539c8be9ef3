"""People of the laboratory: accounts, roles, and the guard against guessing passwords."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from lims.domain.thing import Thing, code, key, version
from lims.rules.rights import Actor, Role, rights_of


class Person(Thing, kw_only=True):
    """An account: who signs, and what they may do."""

    __tablename__ = "person"
    secret = frozenset({"password_hash"})

    id: Mapped[int] = key()
    login: Mapped[str] = code()
    name: Mapped[str]
    roles: Mapped[frozenset[Role]]
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    must_change: Mapped[bool] = mapped_column(default=True)
    """The password was set by somebody else: it opens nothing but the change of itself."""
    failures: Mapped[int] = mapped_column(default=0)
    """Wrong passwords since the last right one."""
    locked_until: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = version()
    __mapper_args__ = {"version_id_col": version}

    def actor(self) -> Actor:
        """Return who this person is to the rules."""
        return Actor(self.id, self.login, self.name, rights_of(self.roles))

    def called(self) -> str:
        return self.login
