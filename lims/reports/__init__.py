"""Paper: frozen rows in, PDF bytes out."""
