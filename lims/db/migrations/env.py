"""Alembic asks for this file when a person writes a new step; the program itself upgrades by lims.db.upgrade."""
