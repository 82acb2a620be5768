"""A file of accounts is read as it is meant, or refused in one message that says all that is wrong."""

from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from freshdesk_assets.accounts import ensure_few, place_of, settings_of, the_one
from freshdesk_assets.cli import main
from freshdesk_assets.environment import without_effect
from freshdesk_assets.setting_accounts import MOST_IN_ONE
from freshdesk_assets.settings import SettingError, Settings, read_settings
from freshdesk_assets.views import schemas
from freshdesk_assets_tests.test_settings import environment

__all__ = ["environment"]

TWO = """
[acme]
domain = "acme.freshdesk.com"
key = "ACME_FRESHDESK_KEY"

[beta-inc]
domain = "beta.freshdesk.com"
key = "BETA_FRESHDESK_KEY"
prefix = "beta"
every = 30
tables = ["discussions", "-solutions"]
start_date = 2026-01-14
schedules = true
"""

KEY = "Fd4kQ9xW2mZ7rT1vB6nY"


def written(monkeypatch: pytest.MonkeyPatch, text: str) -> Path:
    """The file, and the variable that names it."""
    file = Path("accounts.toml").resolve()
    file.write_text(text)
    monkeypatch.setenv("FRESHDESK_ACCOUNTS", str(file))
    return file


def accounts(name: str | None = None, *, account: bool = False) -> tuple[Settings, ...]:
    """The settings of each account."""
    return settings_of(read_settings(schemas(), account=account), schemas(), name, account=account)


def refusal(*, account: bool = False) -> str:
    """What is said of a file that is wrong."""
    with pytest.raises(SettingError) as refused:
        accounts(account=account)
    return str(refused.value)


def test_each_account_has_its_own_settings_and_the_environments_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A table says only how its account differs."""
    written(monkeypatch, TWO)
    monkeypatch.setenv("FRESHDESK_EVERY", "10")
    monkeypatch.setenv("ACME_FRESHDESK_KEY", KEY)
    acme, beta = accounts()
    assert (acme.account, acme.prefix, acme.domain) == ("acme", "acme", "acme.freshdesk.com")
    assert (beta.account, beta.prefix, beta.domain) == ("beta-inc", "beta", "beta.freshdesk.com")
    assert [each.every.total_seconds() / 60 for each in (acme, beta)] == [10, 30]
    assert beta.tables == ("discussions", "-solutions")
    assert f"{beta.start_date:%Y-%m-%d}" == "2026-01-14"
    assert (acme.schedules, beta.schedules) == (False, True)
    assert acme.api_key is not None
    assert acme.api_key.get_secret_value() == KEY
    assert beta.api_key is None


def test_each_account_has_a_database_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of two accounts never meet in a file, nor do their copies, pages and files."""
    written(monkeypatch, TWO)
    monkeypatch.setenv("FRESHDESK_DUCKDB", "/data/replica.duckdb")
    monkeypatch.setenv("FRESHDESK_PUBLISHED", "/public/tickets.duckdb")
    monkeypatch.setenv("FRESHDESK_FILES", "/data/files")
    acme, beta = accounts()
    assert acme.duckdb == Path("/data/replica_acme.duckdb")
    assert beta.duckdb == Path("/data/replica_beta.duckdb")
    assert (acme.published, beta.published) == ("/public/tickets_acme.duckdb", "/public/tickets_beta.duckdb")
    assert beta.files == Path("/data/files/beta")
    assert acme.together == beta.together
    assert acme.together is not None
    assert acme.together[0] == Path("/data/all_accounts.duckdb")


def test_each_account_has_a_lake_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one Postgres a schema for each, so that commits of two accounts never meet."""
    written(monkeypatch, TWO)
    monkeypatch.setenv("FRESHDESK_DESTINATION", "ducklake:postgres:host=db dbname=lake")
    monkeypatch.setenv("FRESHDESK_DATA_PATH", "s3://bucket/freshdesk/")
    places = [each.lake for each in accounts()]
    assert [(at.schema, at.data_path, at.dsn) for at in places if at] == [
        ("acme", "s3://bucket/freshdesk/acme", "host=db dbname=lake"),
        ("beta", "s3://bucket/freshdesk/beta", "host=db dbname=lake"),
    ]
    monkeypatch.setenv("FRESHDESK_DESTINATION", "ducklake:sqlite:/data/lake.sqlite")
    monkeypatch.delenv("FRESHDESK_DATA_PATH")
    places = [each.lake for each in accounts()]
    assert [(at.dsn, at.data_path) for at in places if at] == [
        ("/data/lake_acme.sqlite", "/data/lake.sqlite.files/acme"),
        ("/data/lake_beta.sqlite", "/data/lake.sqlite.files/beta"),
    ]


def test_a_path_as_destination_is_a_file_for_each_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """The path of all would else be the file of each."""
    written(monkeypatch, TWO)
    monkeypatch.setenv("FRESHDESK_DESTINATION", "/data/my.duckdb")
    assert [str(each.duckdb) for each in accounts()] == ["/data/my_acme.duckdb", "/data/my_beta.duckdb"]


def test_a_switch_that_is_off_is_off_for_every_account() -> None:
    """`off` is no file to be named after an account."""
    place = place_of(Settings(published="off", page="off"), "acme")
    assert (place["published"], place["page"], place["files"]) == ("off", "off", None)


def test_without_a_file_the_settings_are_those_of_one_account() -> None:
    """Nothing changes for who has one account."""
    (alone,) = accounts()
    assert (alone.prefix, alone.key_variable, alone.duckdb.name) == (
        "",
        "FRESHDESK_API_KEY",
        "replica.duckdb",
    )


@pytest.mark.parametrize("by", ["option", "variable"])
def test_one_account_is_chosen_by_its_name(monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """By --account, or for a whole program by FRESHDESK_ACCOUNT."""
    written(monkeypatch, TWO)
    if by == "variable":
        monkeypatch.setenv("FRESHDESK_ACCOUNT", "beta-inc")
    (beta,) = accounts("beta-inc" if by == "option" else None)
    assert beta.prefix == "beta"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no account: write a table for each, like [acme]"),
        ("acme = 1", "'acme' stands outside of a table"),
        ("[acme", "it is no TOML"),
        ("[acme]\ndomain = 'a.freshdesk.com'", "[acme] lacks `key = …`"),
        ("[acme]\nkey = 'A_KEY'", "[acme] lacks `domain = …`"),
        ("[Acme]\ndomain = 'a'\nkey = 'A'", "prefix 'Acme', which names cannot begin with"),
        ("[a__b]\ndomain = 'a'\nkey = 'A'", "prefix 'a__b', which names cannot begin with"),
        ("[freshdesk]\ndomain = 'a'\nkey = 'A'", "'freshdesk', which is taken by the replica itself"),
        (
            "[a]\ndomain = 'a'\nkey = 'A'\n[b]\ndomain = 'b'\nkey = 'B'\nprefix = 'a'",
            "have the prefix a both",
        ),
        (
            "[a]\ndomain = 'x'\nkey = 'A'\n[b]\ndomain = 'X.freshdesk.com'\nkey = 'B'",
            "have the account x both",
        ),
        ("[a]\ndomain = 'a'\nkey = 'A'\n[a.every]\nlive = 1", "`every` of [a] is a table"),
        ("[a]\ndomain = 'a'\nkey = 'A'\nevery = 7", "[a] `every` is '7': set it to minutes that divide"),
        ("[a]\ndomain = 'a'\nkey = 'A'\nduckdb = 'x'", "[a] `duckdb` is a setting of all accounts"),
        ("[a]\ndomain = 'a'\nkey = 'A'\nevry = 1", "[a] `evry` is no setting"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    """With its name, the account and what to do."""
    written(monkeypatch, text)
    assert said in refusal()
    assert "FRESHDESK_ACCOUNTS" in refusal()


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who mends a file wants to mend it once."""
    written(monkeypatch, "[a]\ndomain='a'\nkey='A_KEY'\nevery=7\nreserve=2\n[b]\ndomain='b'\nkey='B_KEY'")
    said = refusal(account=True)
    for part in ("[a] A_KEY is not set", "[a] `every`", "[a] `reserve`", "[b] B_KEY is not set"):
        assert part in said


def test_a_key_in_the_file_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is kept in repositories; the key belongs into a variable."""
    written(monkeypatch, f"[acme]\ndomain = 'acme'\nkey = '{KEY}'")
    assert "`key` of [acme] is not the name of a variable" in refusal()
    assert KEY not in refusal()


def test_an_account_never_falls_back_to_the_key_of_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """FRESHDESK_API_KEY may be that of another account."""
    written(monkeypatch, TWO)
    monkeypatch.setenv("FRESHDESK_API_KEY", KEY)
    assert all(each.api_key is None for each in accounts())
    assert "[acme] ACME_FRESHDESK_KEY is not set" in refusal(account=True)


def test_an_unknown_account_is_refused_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """As is one account where there is no file."""
    with pytest.raises(SettingError, match="set FRESHDESK_ACCOUNTS to a file"):
        accounts("acme")
    written(monkeypatch, TWO)
    with pytest.raises(SettingError, match="no account 'gamma' in FRESHDESK_ACCOUNTS: acme, beta-inc"):
        accounts("gamma")
    with pytest.raises(SettingError, match="add --account with one of acme, beta-inc"):
        the_one(accounts())


def test_too_many_accounts_for_one_code_location_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each adds its assets to what every process of Dagster's loads."""
    tables = [f"[a{number}]\ndomain = 'a{number}'\nkey = 'A{number}'" for number in range(MOST_IN_ONE + 1)]
    written(monkeypatch, "\n".join(tables[:-1]))
    ensure_few(accounts())
    written(monkeypatch, "\n".join(tables))
    with pytest.raises(SettingError, match=r"freshdesk-assets workspace > workspace\.yaml"):
        ensure_few(accounts())


def test_the_variable_of_a_key_may_be_called_like_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no setting that somebody misspelt."""
    monkeypatch.setenv("FRESHDESK_KEY_OF_ACME", KEY)
    assert any("FRESHDESK_KEY_OF_ACME" in said for said in without_effect())
    assert without_effect(["FRESHDESK_KEY_OF_ACME"]) == []


@pytest.mark.parametrize("wrong", [None, "acme"])
def test_a_workspace_has_a_code_location_for_each_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: str | None
) -> None:
    """Dagster reads it as it is printed; one account alone needs none."""
    if wrong:
        assert main(["workspace"]) == 2
        assert "FRESHDESK_ACCOUNTS is not set" in capsys.readouterr().err
        return
    written(monkeypatch, TWO)
    assert main(["workspace"]) == 0
    made = yaml.safe_load(capsys.readouterr().out)["load_from"]
    named = [each["python_module"] for each in made]
    assert [(each["attribute"], each["location_name"]) for each in named] == [
        ("acme", "acme"),
        ("beta", "beta-inc"),
    ]
    assert {each["module_name"] for each in named} == {"freshdesk_assets.locations"}


def test_the_accounts_are_listed_with_what_they_lack(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An operator sees where each one's rows are, and whether its key is set."""
    written(monkeypatch, TWO)
    monkeypatch.setenv("ACME_FRESHDESK_KEY", KEY)
    assert main(["accounts"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "acme: acme.freshdesk.com, in replica_acme.duckdb",
        "beta-inc: beta.freshdesk.com (BETA_FRESHDESK_KEY is not set), in replica_beta.duckdb",
    ]
    assert main(["accounts", "--attach"]) == 1
    assert "no account has a published copy yet" in capsys.readouterr().err
