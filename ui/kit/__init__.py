"""The few widgets every screen is made of; nothing here knows the laboratory."""
