"""What takes longer than a suite may: python -m tests.long NAME [COUNT]."""
