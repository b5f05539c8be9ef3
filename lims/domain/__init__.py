"""The nouns, mapped: what the laboratory keeps, without a session, a query or an engine."""

from lims.domain import (  # noqa: F401  (every noun must be known before the first mapper is used)
    analyses,
    businesses,
    calendar,
    catalogue,
    certificates,
    instruments,
    people,
    samples,
    samplings,
    settings,
    trail,
    worksheets,
)
