"""python -m lims is the command lims."""

from lims.cli import main

if __name__ == "__main__":
    main()
