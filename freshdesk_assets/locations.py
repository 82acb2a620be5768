"""From an account's prefix to a code location of its own: `workspace.yaml` names it as an attribute of this.

`freshdesk-assets workspace` makes such a file. A code location of Dagster's cannot be given variables, but
an attribute of a module (dagster 1.13.27).
"""

import dagster as dg

from freshdesk_assets.accounts import settings_of
from freshdesk_assets.definitions import build_all
from freshdesk_assets.orchestration.own import with_own
from freshdesk_assets.settings import read_settings
from freshdesk_assets.views import schemas


def __getattr__(prefix: str) -> dg.Definitions:
    """The definitions of the account with this prefix; AttributeError if there is none."""
    settings = read_settings(schemas())
    found = [each.name for each in settings.accounts if each.prefix == prefix]
    if not found:
        raise AttributeError(f"no account of FRESHDESK_ACCOUNTS has the prefix {prefix}")
    return with_own(build_all(settings_of(settings, schemas(), found[0])), settings.assets_module)
