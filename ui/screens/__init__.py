"""The program on the desk: one file a screen; a screen asks and shows, it never computes."""
