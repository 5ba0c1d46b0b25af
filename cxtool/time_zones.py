"""Names of time zones, checked against the time zone database."""

from __future__ import annotations

from cxtool.errors import UsageError, nearest

# These depend on the machine: the same command would not give the same report elsewhere.
LOCAL_ZONES = ("localtime", "posixrules", "posix", "right", "Factory")


def parse_time_zone(name: str) -> str:
    """The name, if it is one of the time zone database; else a UsageError with the nearest one.

    >>> parse_time_zone("Europe/Kyiv")
    'Europe/Kyiv'
    """
    from zoneinfo import ZoneInfo, available_timezones

    if name.split("/", maxsplit=1)[0] not in LOCAL_ZONES:
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError):
            pass
    known = {
        zone.casefold(): zone for zone in sorted(available_timezones().difference(LOCAL_ZONES))
    }
    word = name.strip().casefold().replace(" ", "_")
    cities = [key for key in known if key.endswith("/" + word)]
    guess = word if word in known else cities[0] if cities else nearest(word, list(known))
    raise UsageError(
        f"'{name}' is not a time zone"
        + (f"; did you mean '{known[guess]}'?" if guess and word else ""),
        hint="write a name of the time zone database, such as UTC or Europe/Warsaw",
    )
