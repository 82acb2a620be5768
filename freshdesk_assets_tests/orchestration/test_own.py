"""A module of the user's own stands beside the replica, and what is wrong with it is one sentence."""

import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from freshdesk_assets.cli import main
from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.own import with_own
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.settings import SettingError, Settings

ASSET = """
import dagster as dg

@dg.asset(key_prefix="support")
def shelf() -> None: ...
"""

MERGING = """
import dagster as dg
from freshdesk_assets import definitions as replica

@dg.definitions
def mine(): return dg.Definitions.merge(replica.defs(), dg.Definitions())
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Writes a module into the working directory, which is not in Python's path; its name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def write(text: str) -> str:
        name = f"my_{tmp_path.name}".replace("-", "_")
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
        return name

    return write


def replica() -> dg.Definitions:
    return build_defs(Settings(), Catalog([]))


@pytest.mark.parametrize(
    "end",
    [
        "",
        "mine = dg.Definitions(assets=[shelf])",
        "@dg.definitions\ndef mine(): return dg.Definitions(assets=[shelf])",
    ],
    ids=["assets alone", "Definitions", "a function that makes them"],
)
def test_its_assets_stand_beside_ours(module: Callable[[str], str], end: str) -> None:
    merged = with_own(replica(), module(ASSET + end))
    keys = {key.to_user_string() for key in merged.resolve_all_asset_keys()}
    assert keys == {"support/shelf", *(key.to_user_string() for key in replica().resolve_all_asset_keys())}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import no_such_thing", "ModuleNotFoundError: No module named 'no_such_thing' (line 1 of "),
        ("\n\n1 / 0", "ZeroDivisionError: division by zero (line 3 of "),
        (
            ASSET.replace("support", "published").replace("shelf", "copy"),
            "published/copy, as the replica has",
        ),
        (MERGING, "is loaded with `dagster dev -m`"),
        ("import dagster as dg\nmine = dg.Definitions(resources={'duckdb': 1})", "contradicts the replica's"),
    ],
    ids=[
        "a missing import",
        "an error",
        "a key that is taken",
        "a module that merges ours",
        "a resource of ours",
    ],
)
def test_what_is_wrong_with_it_is_one_sentence(
    module: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    name = module(text)
    monkeypatch.setenv("FRESHDESK_ASSETS_MODULE", name)
    with pytest.raises(SettingError) as refused:
        with_own(replica(), name)
    assert str(refused.value).startswith(f"FRESHDESK_ASSETS_MODULE: {name} ")
    assert said in str(refused.value)


def test_a_module_that_is_not_there_ends_a_command_with_2(
    module: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    name = module("")
    monkeypatch.setenv("FRESHDESK_ASSETS_MODULE", f"{name}_2")
    monkeypatch.setenv("FRESHDESK_DOMAIN", "acme.freshdesk.com")
    monkeypatch.setenv("FRESHDESK_API_KEY", "a-key")
    assert main(["sync"]) == 2
    assert f"there is no such module in {tmp_path}" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.duckdb"))
