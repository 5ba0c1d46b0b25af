"""A synthetic export of any size whose true metrics are known (``cxtool sample``).

``plan`` fixes who exists and how many cases a day has, ``cases`` and its neighbours make one day
as numpy columns, ``truth`` counts them, ``frames`` gives them their canonical columns, ``writer``
brings them to disk, ``generate`` runs the days.
"""
