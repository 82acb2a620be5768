"""The limits per minute of single lists; the account's own limit holds beside them."""

from freshdesk_assets.schema.endpoint import SubLimit

# "Tickets List" and "Contacts List" in the documentation's rate limit table, calls a minute by the account's
# total: Growth 200, Pro 400, Enterprise 700, and the packs of 1000 and 2000. No other list read here has one.
# Trial's row is blank there, so the smallest accounts get Growth's 20.
_CALLS = ((0, 20), (400, 100), (700, 200), (1000, 300), (2000, 400))

TICKETS_LIST = SubLimit("tickets list", _CALLS)
CONTACTS_LIST = SubLimit("contacts list", _CALLS)
