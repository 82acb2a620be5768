"""What a policy says of each column, what is wrong with one, and how settings and their file give it."""

import json
from pathlib import Path

import pytest

from freshdesk_assets.chosen import chosen
from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.schema.personal import Policy, Treatment
from freshdesk_assets.settings import SettingError, Settings, read_settings
from freshdesk_assets.views import schemas
from freshdesk_assets_tests.replication.privacy_library import CATALOG, FILES, LOANS, READERS

KEY = "a key that is long enough to be one"
KEEP, HASH, DROP = Treatment.KEEP, Treatment.HASH, Treatment.DROP


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of its own, and a key."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRESHDESK_PII_KEY", KEY)


def test_free_text_is_dropped_where_else_is_hashed() -> None:
    """A hash of it would say nothing, and could be guessed of a short one."""
    policy = Policy(default=HASH)
    assert policy.of("loans", LOANS.column("note")) is DROP
    assert policy.of("loans", LOANS.column("copies")) is HASH
    assert policy.of("loans", LOANS.column("title")) is KEEP


def test_a_policy_is_read_as_it_was_told() -> None:
    """It is stored in the file, and handed to runs."""
    policy = Policy(default=HASH, own_fields=KEEP, exceptions={"loans": DROP, "readers.own.of": KEEP})
    assert Policy.read(json.loads(json.dumps(policy.said))) == policy
    assert not policy.keeps_all
    assert not Policy(exceptions={"loans": HASH}).keeps_all
    assert not Policy(own_fields=DROP).keeps_all
    assert Policy(exceptions={"loans": KEEP}).keeps_all


def test_a_policy_is_said_in_words() -> None:
    policy = Policy(default=HASH, own_fields=DROP, exceptions={"loans": KEEP})
    assert policy.in_words == "it is hashed, the account's own fields are dropped, with exceptions for loans"
    assert Policy().in_words == "it is kept"


@pytest.mark.parametrize(
    ("name", "treatment", "said"),
    [
        ("lenders", KEEP, "there is no table lenders"),
        ("readers.nick", KEEP, "no column nick"),
        ("readers.name.first", KEEP, "no object with keys"),
        ("loans.note", HASH, "free text"),
        ("readers.desk", DROP, "only texts"),
        ("loans.reader_id", HASH, "only texts"),
        ("loan_files", DROP, "made of loans"),
        ("loan_files.name", DROP, "made of loans"),
    ],
)
def test_an_exception_that_is_about_nothing_is_refused(name: str, treatment: Treatment, said: str) -> None:
    """Who wrote it believes that it holds."""
    (found,) = Policy(exceptions={name: treatment}).complaints(CATALOG)
    assert said in found
    assert name in found


def test_exceptions_that_mean_something_are_taken() -> None:
    names = {"readers": DROP, "readers.email": KEEP, "readers.own.of": HASH, "loans.title": HASH}
    assert list(Policy(exceptions=names).complaints(CATALOG)) == []
    assert FILES.parent == LOANS.name
    assert Policy(exceptions=names).of_undeclared("readers") is DROP
    assert Policy(exceptions=names).of_undeclared("loans") is KEEP
    assert Policy(exceptions=names).of("readers", READERS.column("own"), "of") is HASH


def wrong(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> str:
    """What is said of a file of exceptions."""
    file = Path("exceptions.toml")
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.setenv("FRESHDESK_PII_EXCEPTIONS", str(file))
    with pytest.raises(SettingError) as refused:
        chosen(read_settings(schemas()))
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("own_field = 'keep'", "'own_field'"),
        ("own_fields = 'no'", "'no'"),
        ("own_fields = 1", "has 1 for"),
        ("own_fields = ['keep']", "own_fields"),
        ("exceptions = 'keep'", "no table"),
        ("[exceptions]\ntickets.subject = 'keep'", "quotation marks"),
        ("[exceptions]\ntickets = 'Keep'", "'Keep'"),
        ("[exceptions]\ntickts = 'keep'", "no table tickts"),
        ("[exceptions]\n'tickets.subject' = 'hash'", "free text"),
        ("tickets", "no TOML"),
        (b"\xff", "cannot be read"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, text: str | bytes, said: str
) -> None:
    """A policy that is not the one that was meant keeps what should be gone."""
    found = wrong(monkeypatch, text)
    assert "FRESHDESK_PII_EXCEPTIONS" in found
    assert said in found


def test_a_file_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRESHDESK_PII_EXCEPTIONS", "nowhere.toml")
    with pytest.raises(SettingError, match=r"nowhere\.toml"):
        read_settings(schemas())


def test_a_file_gives_own_fields_and_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("exceptions.toml").write_text("own_fields = 'drop'\n[exceptions]\n'agents' = 'keep'\n")
    monkeypatch.setenv("FRESHDESK_PII_EXCEPTIONS", "exceptions.toml")
    monkeypatch.setenv("FRESHDESK_PII", "hash")
    assert read_settings(schemas()).policy == Policy(
        default=HASH, own_fields=DROP, exceptions={"agents": KEEP}
    )


@pytest.mark.parametrize("by", ["default", "own_fields", "exception"])
def test_hashes_take_a_key_that_cannot_be_guessed(monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """Whoever has the hashes could try all short ones; and no key is ever repeated in what is said."""
    said = {"default": "", "own_fields": "own_fields = 'hash'", "exception": "[exceptions]\nagents = 'hash'"}
    Path("exceptions.toml").write_text(said[by])
    monkeypatch.setenv("FRESHDESK_PII_EXCEPTIONS", "exceptions.toml")
    monkeypatch.setenv("FRESHDESK_PII", "hash" if by == "default" else "keep")
    for key in ("", " ", "too short", "  too short too  "):
        monkeypatch.setenv("FRESHDESK_PII_KEY", key)
        with pytest.raises(SettingError) as refused:
            read_settings(schemas())
        assert "FRESHDESK_PII_KEY" in str(refused.value)
        assert "too short" not in str(refused.value).replace("shorter", "")


def test_the_key_is_shown_by_the_name_of_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The UI shows what resources are made with, and runs store it."""
    monkeypatch.setenv("FRESHDESK_PII", "hash")
    file = duckdb_file(Settings())
    config = file.get_resource_definition().config_schema.as_field().default_value
    assert config["pii_key"] == {"env": "FRESHDESK_PII_KEY"}
    assert KEY not in f"{config} {file!r} {Settings()!r} {file.privacy!r}"
    assert file.privacy.key == KEY
