"""What is shown: queries that return frozen rows."""
