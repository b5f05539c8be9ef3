"""What links, codecs and ports share: events, readings, profiles."""
