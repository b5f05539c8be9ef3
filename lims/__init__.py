"""食验 Shiyan: the laboratory without its window."""
