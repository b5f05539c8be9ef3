"""The verbs: everything a person or an instrument can do to the laboratory."""
