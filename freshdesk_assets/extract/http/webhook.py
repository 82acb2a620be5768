"""From a message to the address that wants to hear of it."""

from collections.abc import Mapping

import requests

TIMEOUT = (3, 10)
"""Seconds to connect and to answer: the sender has other work to do."""


def deliver(url: str, message: Mapping[str, object]) -> str | None:
    """POST the message as JSON; returns why it did not arrive, None if it did.

    The reason does not quote the address, which is often a secret.
    """
    try:
        reply = requests.post(url, json=message, timeout=TIMEOUT, allow_redirects=False)
    except (OSError, ValueError) as error:  # also where a proxy or certificates are set that cannot be used
        return type(error).__name__
    return None if reply.ok and not reply.is_redirect else f"status {reply.status_code}"
