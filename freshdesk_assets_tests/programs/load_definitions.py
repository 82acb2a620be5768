"""`load_definitions`: load the code location, failing if that connects to anything or writes a file.

The cache of parsed views in the user's folder does not count. The program prints how many assets there are
and what the working directory then holds.
"""

import os
import socket
import sys
from typing import Any, NoReturn

import duckdb

from freshdesk_assets.views import trace_cache


def refuse(*given: Any, **named: Any) -> NoReturn:
    raise AssertionError(f"loading opened {given}")


def main() -> None:
    for module, name in (
        (socket.socket, "connect"),
        (socket, "create_connection"),
        (socket, "getaddrinfo"),
        (duckdb, "connect"),
    ):
        setattr(module, name, refuse)
    written = []

    def note(event: str, given: tuple[Any, ...]) -> None:
        if str(given[0] if given else "").startswith(str(trace_cache.folder())):
            return
        if event == "open" and given[0] != os.devnull and given[2] & (os.O_WRONLY | os.O_RDWR):
            written.append(given)
        if event in ("os.mkdir", "socket.connect"):
            written.append(given)

    sys.addaudithook(note)
    from freshdesk_assets import definitions  # what its import does is what is looked at

    loaded = definitions.defs()
    loaded.resolve_job_def("replicate")
    loaded.resolve_asset_graph()
    assert not written, written
    print(len(loaded.resolve_all_asset_specs()), os.listdir())


if __name__ == "__main__":
    main()
