"""From a Python module of the user's own to its definitions, beside the replica's."""

import sys
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from types import ModuleType

import dagster as dg

from freshdesk_assets.orchestration.internals import LazyDefinitions
from freshdesk_assets.settings import SettingError

SETTING = "FRESHDESK_ASSETS_MODULE"

_BEING_LOADED: set[str] = set()


def with_own(ours: dg.Definitions, name: str | None) -> dg.Definitions:
    """Our definitions and those of the module of this name; ours alone without a name.

    Raises SettingError where the module cannot be imported, or holds what ours have.
    """
    if name is None:
        return ours
    if name in _BEING_LOADED:
        # The module merges the replica's definitions itself. They are refused below, as its own.
        return ours
    _BEING_LOADED.add(name)
    try:
        own = _own(name)
    finally:
        _BEING_LOADED.discard(name)
    if both := sorted(_keys(ours) & _keys(own)):
        raise SettingError(
            f"{SETTING}: {name} has an asset {both[0]}, as the replica has: give it another key."
            " A module that merges the replica's definitions itself is loaded with `dagster dev -m`, and the"
            " setting is left out"
        )
    try:
        return dg.Definitions.merge(ours, own)
    except dg.DagsterError as error:
        raise SettingError(f"{SETTING}: {name} contradicts the replica's definitions: {error}") from error


def _own(name: str) -> dg.Definitions:
    module = _imported(name)
    made = list(_definitions_in(module))
    if made:
        return dg.Definitions.merge(*made)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.load_definitions_from_module(module)


def _keys(defs: dg.Definitions) -> set[str]:
    """The assets' keys, without resolving the definitions, which takes a second."""
    keys: set[str] = set()
    for made in defs.assets or ():
        if isinstance(made, dg.AssetsDefinition):
            keys |= {key.to_user_string() for key in made.keys}
        elif isinstance(made, dg.AssetSpec | dg.SourceAsset):
            keys.add(made.key.to_user_string())
    return keys


def _definitions_in(module: ModuleType) -> Iterator[dg.Definitions]:
    """What the module calls its definitions, of which Dagster takes one."""
    for value in vars(module).values():
        if isinstance(value, dg.Definitions):
            yield value
        elif isinstance(value, LazyDefinitions) and value.load_fn.__module__ == module.__name__:
            yield value()


def _imported(name: str) -> ModuleType:
    place = str(Path.cwd())
    if place not in sys.path:
        # A program's path begins with its own folder; only `python -m` adds the working directory.
        sys.path.append(place)
    try:
        return import_module(name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name == name.partition(".")[0]:
            raise SettingError(
                f"{SETTING} is {name!r}, and there is no such module in {place}, nor is one installed"
            ) from error
        last = extract_tb(error.__traceback__)[-1]
        raise SettingError(
            f"{SETTING}: {name} cannot be imported: {type(error).__name__}: {error} (line {last.lineno} of"
            f" {last.filename}). `python -c 'import {name}'` shows how it came to that"
        ) from error
