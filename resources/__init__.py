"""Data only: catalogue, words, fonts, icons, theme, instrument profiles."""

from pathlib import Path

FOLDER = Path(__file__).parent
