"""The properties of the flows as arrays, to be looked up by the code of a case's flow."""

from __future__ import annotations

import numpy as np

from cxtool.synthetic import centre
from cxtool.synthetic.plan import Floats

FLOWS = centre.FLOWS
INBOUND = np.array([flow.direction == "inbound" for flow in FLOWS])
OUTBOUND = np.array([flow.direction == "outbound" for flow in FLOWS])
INTERNAL = np.array([flow.direction == "internal" for flow in FLOWS])
VOICE = np.array([flow.channel == "voice" for flow in FLOWS])
CHAT = np.array([flow.channel == "chat" for flow in FLOWS])
LIVE = np.array([flow.patience_s > 0 for flow in FLOWS])
SPOKEN_OR_CHATTED = np.array([flow.channel in ("voice", "chat", "messaging") for flow in FLOWS])
CONCURRENT = np.array([flow.concurrent for flow in FLOWS])


def values_of(name: str) -> Floats:
    """One number of each flow, such as ``wait_s``."""
    return np.array([getattr(flow, name) for flow in FLOWS], dtype=np.float64)
