"""The laws: standard library only (and lark, in formula.py); nothing here knows a database, a window or the clock."""
