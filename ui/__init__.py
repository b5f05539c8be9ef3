"""The program on the desk: the window, its kit of widgets, one file for each screen."""
