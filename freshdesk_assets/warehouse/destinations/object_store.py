"""From what the environment says of an object store to the secret that DuckDB reads and writes it with.

The names are those of Amazon's own tools, so that a task on ECS or a pod on Kubernetes needs nothing else.
"""

import os
from urllib.parse import urlsplit

import duckdb

from freshdesk_assets.warehouse.destinations.destination import DestinationError
from freshdesk_assets.warehouse.extensions import load
from freshdesk_assets.warehouse.sql import literal

SCHEMES = ("s3://", "s3a://", "r2://", "gcs://", "gs://")
"""How data paths begin that are no folder."""

SHORTEST = 8
"""Characters of a value that is looked for in texts; a shorter one would be found in words."""

SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID")


def is_store(data_path: str) -> bool:
    """Whether a data path leads to an object store."""
    return data_path.lower().startswith(SCHEMES)


def prepare_store(root: duckdb.DuckDBPyConnection) -> None:
    """Let DuckDB use the store; raises DestinationError where what that needs is not installed."""
    if not load(root, "httpfs"):
        raise DestinationError(
            f"FRESHDESK_DATA_PATH is an object store, and DuckDB {duckdb.__version__} reaches such with its"
            " extension httpfs, which is not installed here: pip install 'freshdesk-assets[lake]'"
        )
    # DuckDB's own are 3 tries within half a second; a store that is busy asks for more patience.
    root.execute("set http_retries = 8")
    root.execute("set http_retry_wait_ms = 200")
    said = os.environ.get
    if said("AWS_ACCESS_KEY_ID") and said("AWS_SECRET_ACCESS_KEY"):
        options = {
            "key_id": said("AWS_ACCESS_KEY_ID"),
            "secret": said("AWS_SECRET_ACCESS_KEY"),
            "session_token": said("AWS_SESSION_TOKEN"),
            "region": said("AWS_REGION") or said("AWS_DEFAULT_REGION") or "us-east-1",
        }
        endpoint = said("AWS_ENDPOINT_URL_S3") or said("AWS_ENDPOINT_URL")
        if endpoint:
            address = urlsplit(endpoint if "//" in endpoint else f"https://{endpoint}")
            options |= {"endpoint": address.netloc, "url_style": "path"}
            options |= {"use_ssl": "false"} if address.scheme == "http" else {}
        given = ", ".join(f"{name} {literal(value)}" for name, value in options.items() if value)
        root.execute(f"create or replace secret store (type s3, {given})")
    elif load(root, "aws"):
        root.execute("create or replace secret store (type s3, provider credential_chain)")


def hidden(text: str) -> str:
    """The text without what the environment has as keys of the store."""
    for name in SECRETS:
        value = os.environ.get(name, "")
        if len(value) >= SHORTEST:
            text = text.replace(value, "***")
    return text
