"""Contact-centre analytics from exported files."""

__version__ = "0.1.0"
