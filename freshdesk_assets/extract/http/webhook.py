"""From a message to the address that wants to hear of it."""

from collections.abc import Mapping

import requests

TIMEOUT = (3, 10)
"""Seconds to connect and to answer: whoever sends messages has other things to do."""


def deliver(url: str, message: Mapping[str, str | None]) -> str | None:
    """POST the message as JSON; why it did not arrive, or None. The address, often a secret, is not said."""
    try:
        reply = requests.post(url, json=message, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        return type(error).__name__
    return None if reply.ok and not reply.is_redirect else f"status {reply.status_code}"
