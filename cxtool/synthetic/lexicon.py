"""The ids and names of a plan's people, companies and cases, made once and looked up by code."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl

from cxtool.synthetic import centre
from cxtool.synthetic.columns import ids, lookup, take
from cxtool.synthetic.names import LANGUAGES, PEOPLE, PLACES, company_name, person_name
from cxtool.synthetic.plan import Ints, Plan, Stream


def _numbered(prefix: str, count: int, width: int) -> pl.Series:
    """Ids from 1 to count; the last entry is null."""
    return ids(prefix, np.append(np.arange(1, count + 1), -1), width)


class Lexicon:
    """Lookup tables of one plan; each ends with a null for the code -1."""

    people = lookup([person.name for person in PEOPLE])
    addresses = lookup([person.address for person in PEOPLE])
    places = lookup(PLACES)
    languages = lookup(LANGUAGES)
    queues = lookup(centre.QUEUES)
    topics = lookup(centre.TOPICS)
    products = lookup(centre.PRODUCTS)
    skills = lookup(
        [
            (queue, language) if language else (queue,)
            for queue in centre.QUEUES
            for language in (None, *LANGUAGES)
        ]
    )
    case_notes = lookup(
        [
            note.replace("{product}", product)
            for note in centre.CASE_NOTES
            for product in centre.PRODUCTS
        ]
    )

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @cached_property
    def contact_ids(self) -> pl.Series:
        return _numbered("P", self.plan.contacts.count, 8)

    @cached_property
    def company_ids(self) -> pl.Series:
        return _numbered("O", self.plan.companies_n, 6)

    @cached_property
    def company_names(self) -> pl.Series:
        return lookup([company_name(number) for number in range(self.plan.companies_n)])

    @cached_property
    def agent_ids(self) -> pl.Series:
        return _numbered("A", self.plan.agents.count, 5)

    @cached_property
    def agent_names(self) -> pl.Series:
        """Each agent has a name of their own, so that names tell agents apart."""
        spread = self.plan.rng(Stream.PEOPLE, 3).permutation(len(PEOPLE))
        cycle, rest = np.divmod(np.arange(self.plan.agents.count), len(PEOPLE))
        return lookup([person_name(int(n)) for n in cycle * len(PEOPLE) + spread[rest]])

    @cached_property
    def _ticket_days(self) -> pl.Series:
        days = (self.plan.date_of(day) for day in range(self.plan.order.days))
        return lookup([f"T{day:%y%m%d}-" for day in days])

    def contact_names(self, contact: Ints) -> pl.Series:
        return take(self.people, np.where(contact < 0, -1, self.plan.contacts.name[contact]))

    def case_ids(self, day: int, position: Ints) -> pl.Series:
        """Ids such as ``C0000000042``, counted through the export; position -1 gives null."""
        number = int(self.plan.first_case[day]) + position
        return ids("C", np.where(position < 0, -1, number), 10)

    def ticket_ids(self, day: Ints, number: Ints) -> pl.Series:
        """Ids such as ``T260501-00042``: the day of creation and a count; number 0 gives null."""
        stems = take(self._ticket_days, np.where(number > 0, day, -1))
        return stems + ids("", number, 5)
