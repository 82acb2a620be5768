"""From the settings about personal data to a policy."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from freshdesk_assets.schema.personal import Policy, Treatment
from freshdesk_assets.setting_values import file_named

SHORTEST_KEY = 16
"""Characters. Whoever has the hashes can try all keys that are shorter, as they can all telephone numbers."""

OWN_FIELDS, EXCEPTIONS = "own_fields", "exceptions"


def exceptions_in(given: Any) -> Policy:
    """What a TOML file says: `own_fields` and a table `exceptions`. ValueError says what is wrong."""
    if isinstance(given, Policy):
        return given
    path = file_named(given)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else f"it is no TOML ({error})"
        raise ValueError(f"names {path}, which cannot be read: {why}") from error
    for name in found.keys() - {OWN_FIELDS, EXCEPTIONS}:
        raise ValueError(f"names {path}, which has {name!r}: write {OWN_FIELDS}, or a table [{EXCEPTIONS}]")
    own, by_name = found.get(OWN_FIELDS), found.get(EXCEPTIONS, {})
    if not isinstance(by_name, Mapping):
        raise ValueError(f"names {path}, whose {EXCEPTIONS} is no table: write [{EXCEPTIONS}]")
    return Policy(
        own_fields=None if own is None else _treatment(OWN_FIELDS, own),
        exceptions={name: _treatment(name, said) for name, said in by_name.items()},
    )


def _treatment(name: str, said: object) -> Treatment:
    try:
        return Treatment(str(said))
    except ValueError:
        if isinstance(said, Mapping):
            raise ValueError(f"has {name!r} in parts: write the whole name in quotation marks") from None
        raise ValueError(f"has {said!r} for {name!r}: write {', '.join(Treatment)}") from None


def policy_of(default: Treatment, beside: Policy) -> Policy:
    """The whole policy."""
    return replace(beside, default=default)


def key_complaints(policy: Policy, key: SecretStr | None, variable: str) -> Iterator[str]:
    """What is wrong with the key, a sentence each."""
    hashes = Treatment.HASH in {policy.default, policy.own_fields, *policy.exceptions.values()}
    make = "make one with `openssl rand -hex 32`, and keep it: without it nothing can be joined to the hashes"
    if key is None and hashes:
        yield f"{variable} is not set, and personal data is to be hashed: {make}"
    if key is not None and len(key.get_secret_value()) < SHORTEST_KEY:
        yield f"{variable} is shorter than {SHORTEST_KEY} characters, so that it could be guessed: {make}"


Exceptions = Annotated[Policy, NoDecode, BeforeValidator(exceptions_in)]
