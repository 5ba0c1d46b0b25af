"""The invented contact centre: its flows, queues, teams, opening rhythm, words and known changes.

Everything here is a table. ``FLOWS`` decides how often, when, how long and how patiently people
get in touch; ``SLOWER_QUEUE`` and ``IMPROVING_TEAM`` are the changes planted for the trends.
"""

from __future__ import annotations

from msgspec import Struct


class Flow(Struct, frozen=True, kw_only=True):
    """One channel in one direction.

    ``wait_s`` and ``work_s`` are medians of lognormal times with spreads ``wait_sigma`` and 0.6.
    ``patience_s`` is the median time after which a live contact is given up; 0: the channel is not
    live, an answer may come hours later. ``concurrent`` contacts keep one agent busy at once.
    """

    channel: str
    direction: str
    share: float
    rhythm: str
    wait_s: float
    wait_sigma: float
    work_s: float
    patience_s: float = 0.0
    after_s: float = 30.0
    concurrent: float = 1.0


FLOWS = (
    Flow(channel="voice", direction="inbound", share=0.36, rhythm="office",
         wait_s=45, wait_sigma=1.1, work_s=260, patience_s=420, after_s=45),
    Flow(channel="voice", direction="outbound", share=0.10, rhythm="calling",
         wait_s=0, wait_sigma=0, work_s=150, after_s=30),
    Flow(channel="voice", direction="internal", share=0.03, rhythm="calling",
         wait_s=0, wait_sigma=0, work_s=90, after_s=10),
    Flow(channel="chat", direction="inbound", share=0.17, rhythm="evening",
         wait_s=55, wait_sigma=1.2, work_s=480, patience_s=600, after_s=25, concurrent=2.5),
    Flow(channel="messaging", direction="inbound", share=0.08, rhythm="evening",
         wait_s=240, wait_sigma=1.1, work_s=420, after_s=20, concurrent=3),
    Flow(channel="email", direction="inbound", share=0.14, rhythm="flat",
         wait_s=8100, wait_sigma=1.2, work_s=380, after_s=60),
    Flow(channel="email", direction="outbound", share=0.02, rhythm="calling",
         wait_s=0, wait_sigma=0, work_s=200, after_s=20),
    Flow(channel="sms", direction="inbound", share=0.03, rhythm="flat",
         wait_s=420, wait_sigma=1.1, work_s=120, after_s=10, concurrent=3),
    Flow(channel="sms", direction="outbound", share=0.03, rhythm="calling",
         wait_s=0, wait_sigma=0, work_s=30, after_s=5, concurrent=3),
    Flow(channel="social", direction="inbound", share=0.04, rhythm="evening",
         wait_s=1500, wait_sigma=1.2, work_s=240, after_s=20, concurrent=2),
)  # fmt: skip

RHYTHMS = {  # weight of each hour of the day
    "office": (
        1, 1, 1, 1, 1, 2, 6, 18, 42, 68, 80, 72,
        52, 58, 74, 70, 54, 38, 24, 16, 10, 6, 4, 2,
    ),
    "calling": (
        0, 0, 0, 0, 0, 0, 0, 2, 20, 60, 70, 66,
        40, 58, 70, 66, 52, 30, 10, 3, 0, 0, 0, 0,
    ),
    "evening": (
        3, 2, 1, 1, 1, 2, 6, 16, 36, 56, 66, 58,
        46, 50, 58, 54, 50, 52, 58, 60, 52, 34, 18, 8,
    ),
    "flat": (
        4, 3, 2, 2, 2, 4, 10, 24, 48, 60, 58, 52,
        44, 48, 52, 48, 44, 36, 28, 26, 22, 16, 10, 6,
    ),
}  # fmt: skip
WEEKDAYS = (1.16, 1.08, 1.02, 1.00, 0.94, 0.42, 0.30)  # Monday first
GROWTH = 0.12  # from the first day to the last
BUSY_DAYS_EVERY = 23  # an outage or a mailing, somewhere in each such run of days
BUSY_DAY = 1.35

QUEUES = ("billing", "orders", "technical", "care", "sales")
TOPICS = (
    "invoice", "refund", "payment", "delivery", "return", "order status", "login", "outage",
    "installation", "device fault", "contract change", "cancellation", "complaint", "new offer",
)  # fmt: skip
TOPIC_QUEUES = (0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4)
TOPIC_SHARES = (
    0.10, 0.07, 0.06, 0.12, 0.06, 0.10, 0.09, 0.06, 0.05, 0.08, 0.06, 0.04, 0.04, 0.07,
)  # fmt: skip
TOPIC_WORK = (0.9, 1.0, 0.9, 0.8, 0.9, 0.6, 0.7, 1.2, 1.6, 1.5, 1.1, 1.2, 1.4, 1.3)
TOPIC_MOOD = (0.0, -0.1, -0.1, -0.1, 0.0, 0.1, 0.1, -0.4, 0.1, -0.2, 0.1, -0.3, -0.6, 0.3)
CAMPAIGNS = ("Spring renewal", "Fibre upgrade", "Welcome calls", "Win back", "Payment reminder")
PRODUCTS = (
    "Lumo router", "Vela handset", "Brisa mobile plan", "Corda fibre 500", "Nido smart plug",
    "Faro TV box", "Tessera card", "Ondo cloud backup",
)  # fmt: skip

TEAMS = (
    "Hotline North", "Hotline South", "Technical Support", "Digital Care", "Back Office", "Sales",
    "Outreach",
)  # fmt: skip
TEAM_SHARES = (0.15, 0.15, 0.17, 0.20, 0.22, 0.05, 0.06)
HOTLINE_TEAMS = (0, 1)
QUEUE_TEAMS = (-1, -1, 2, -1, 5)  # of live calls; -1: one of the two hotline teams
CHANNEL_TEAMS = {"chat": 3, "messaging": 3, "sms": 3, "social": 3, "email": 4}
OUTBOUND_TEAM = 6

SLOWER_QUEUE = 2  # index into QUEUES
IMPROVING_TEAM = 1  # index into TEAMS
CHANGE_DAYS = 30  # both changes begin that many days before the end
SLOWER_FROM, SLOWER_TO = 1.2, 6.0  # waits are so many times longer, growing over the change
IMPROVEMENT = 0.10  # added to the team's behaviour scores

SHIFT_STARTS = (0, 7, 8, 9, 10, 12, 15)
SHIFT_SHARES = (0.04, 0.14, 0.26, 0.20, 0.12, 0.10, 0.14)
SHIFT_HOURS = 8  # worked; breaks come on top

LABELS: tuple[tuple[str, ...] | None, ...] = (
    None, ("VIP",), ("new",), ("at risk",), ("partner",), ("VIP", "at risk"), ("senior",),
)  # fmt: skip
LABEL_SHARES = (0.62, 0.07, 0.13, 0.06, 0.06, 0.02, 0.04)
TAGS: tuple[tuple[str, ...] | None, ...] = (
    None, ("follow-up",), ("refund",), ("bug",), ("first contact",), ("follow-up", "manager"),
    ("upsell",), ("repeat contact",), ("bug", "workaround"), ("address change",), ("discount",),
    ("refund", "goodwill"), ("identity checked",), ("warranty", "bug", "follow-up"),
)  # fmt: skip
TAG_SHARES = (0.48, 0.09, 0.06, 0.06, 0.06, 0.02, 0.04, 0.05, 0.03, 0.04, 0.03, 0.01, 0.02, 0.01)

CASE_NOTES = (
    "Customer asked about {product}; explained and closed.",
    "Checked the account, all in order.",
    "Sent instructions for {product} by e-mail.",
    'Customer said: "it worked until Sunday". Restarted {product}, fine now.',
    "Address corrected, new delivery date agreed, no charge.",
    "Waiting for the warehouse.\nWill call back tomorrow before noon.",
    "Refund of 24,90 promised within five working days.",
    "Password reset; customer signed in during the conversation.",
    "Third contact about {product}, passed to second line.",
    "Wants to cancel, offered three months at half price, thinks it over.",
    "Line dropped, called back once, no answer.",
    "Thanked for the quick help.",
    'Invoice "duplicate", but it is the one for May; explained.',
    "Replacement of {product} ordered.\nOld device goes back, label sent.",
    "Interested in the larger plan; offer sent.",
    "Could not be identified, asked to call again with the contract number.",
)
TIMELINE_NOTES = (
    "Prefers to be called after 16:00.",
    "Contract is up for renewal next quarter, handle with care.",
    "Spoke with the branch manager, agreed on monthly calls.",
    "Complaint settled, goodwill voucher sent.",
    "Speaks slowly, please be patient.",
    "New contact for invoices, see the last e-mail.",
    'Asked us to write "attn. reception" on parcels.',
    "Considering a competitor, keep close.",
)
TICKET_SUBJECTS = (
    "Invoice amount is not clear", "Refund has not arrived", "Payment was refused",
    "Parcel is late", "Return label is missing", "Where is my order", "Cannot sign in",
    "No connection since this morning", "Installation date", "Device does not start",
    "Change of contract", "Cancellation", "Complaint about service", "Request for an offer",
)  # fmt: skip
TICKET_DESCRIPTIONS = (
    "Customer describes the problem in detail and attaches a photo.",
    "Happens every evening, says the customer, and only with {product}.",
    "Opened during the conversation.\nNeeds a look by second line.",
    "Raised through the portal.",
    "Second report of the same fault, first one was closed too early.",
    "Asks for a written answer.",
)
PRIORITIES = ("low", "normal", "high", "urgent")
PRIORITY_SHARES = (0.20, 0.55, 0.19, 0.06)
PRIORITY_HOURS = (40.0, 18.0, 9.0, 4.0)  # median time to resolve

BROWSERS = ("Firefox", "Chrome", "Safari", "Edge")
SYSTEMS = ("Windows", "Android", "iOS", "macOS", "Linux")
PAGES = (
    "/help/invoices", "/help/returns", "/orders", "/plans/compare", "/status", "/account/sign-in",
    "/help/router-setup", "/contract/cancel",
)  # fmt: skip
PHRASES = (
    "how to read my bill", "reset password", "parcel not delivered", "slow connection",
    "cancel contract", "change address", "warranty", "opening hours",
)  # fmt: skip
ARTICLES = (
    "Reading your invoice", "Restarting the router", "Sending something back",
    "Signing in without a password", "Moving house", "When the box shows a red light",
)  # fmt: skip
ACTIONS = ("invoice downloaded", "self-test run", "return label printed", "callback requested")
TIERS = ("basic", "silver", "gold")
