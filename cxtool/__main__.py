"""``python -m cxtool``."""

from cxtool.cli import main

main()
