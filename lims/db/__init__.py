"""The file or the server: opening it, units of work, the trail, upgrades, first data."""
