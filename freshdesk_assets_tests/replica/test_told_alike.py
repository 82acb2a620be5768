"""Doctor and sync give one answer to one question: what cannot work is said in the same words, and soon."""

import re
from collections.abc import Callable
from typing import Any

from freshdesk_assets_tests.replica.test_runs import command


def test_doctor_and_sync_say_the_same_of_an_account_that_is_none(account: Callable[..., Any]) -> None:
    """Freshservice has agents/me and the account's headers, too, and its lists come wrapped."""
    with account(tickets=10) as acme:
        acme.server.faults.add("wrapped", times=None)
        said = []
        for arguments in (("doctor",), ("sync", "--select", 'key:"freshdesk/roles"')):
            process = command(acme, *arguments)
            output, _ = process.communicate(timeout=60)
            assert process.returncode == 1, output
            said += re.findall(
                r" with a list wrapped in an object \(.*?\), (as .*?\.com\.)", " ".join(output.split())
            )
        assert len(said) == 2
        assert len(set(said)) == 1
        # The four settings that are objects, and one list each: six attempts would be as many by themselves.
        assert acme.server.meter.requests < 4 + 6


def test_settings_that_cannot_work_are_refused_before_anything_is_made(account: Callable[..., Any]) -> None:
    """By every command, with the same sentence; of a password nothing is in it."""
    wrong = {
        "FRESHDESK_DOMAIN": "acme.freshservice.com",
        "HTTPS_PROXY": "socks5h://bob:s3cr@proxy:1080",
        "REQUESTS_CA_BUNDLE": "/nowhere/ca.pem",
    }
    with account(tickets=10) as acme:
        for name, value in wrong.items():
            machine = {"FRESHDESK_DOMAIN": "acme.freshdesk.com", "NO_PROXY": "", "no_proxy": "", name: value}
            said = set()
            for each in ("doctor", "sync"):
                process = command(acme, each, **machine)
                output, _ = process.communicate(timeout=60)
                assert process.returncode == 2, output
                said.add(output)
            (sentence,) = said
            assert sentence.startswith(name)
            assert sentence.count("\n") == 1
            assert "s3cr" not in sentence
        assert list(acme.path.parent.glob("replica*")) == []
        assert not (acme.path.parent / "cli_home").exists()


def test_a_row_that_came_by_its_list_and_by_its_own_call_is_told_once(account: Callable[..., Any]) -> None:
    """The line of contacts said twice as many as there are."""
    with account(tickets=20) as acme:
        process = command(acme, "sync", "--select", "contacts")
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        ((stored,),) = acme.query("select count(*) from replica.freshdesk.contacts")
        assert re.findall(r"contacts: ([\d,]+) rows", output)[-1] == f"{stored:,}"
        assert stored > 1
        assert acme.server.meter.calls["contacts/{id}"] == stored
