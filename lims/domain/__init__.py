"""The nouns, mapped: what the laboratory keeps, without a session, a query or an engine."""
