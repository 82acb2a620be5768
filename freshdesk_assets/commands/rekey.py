"""From the key that is set to a replica and a copy that have it, or that are not encrypted any more."""

from dataclasses import replace

from rich.console import Console

from freshdesk_assets.orchestration.account_names import Names
from freshdesk_assets.orchestration.instance import dagster_instance
from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.orchestration.run_lock import under_way
from freshdesk_assets.settings import Cipher, SettingError, Settings
from freshdesk_assets.warehouse.encryption import Encryption
from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets.warehouse.rekeying import rekey as give_key


def rekey(settings: Settings) -> int:
    """Give the replica and its copy the key that is set, or none; 0, or 1 if that cannot be done."""
    console = Console()
    file, given = duckdb_file(settings), settings.former_encryption_key
    former = (
        Encryption(key=given.get_secret_value(), built_in=settings.encryption_by is Cipher.MBEDTLS)
        if given
        else None
    )
    if file.lake:
        raise SettingError(f"{file.name} is a lake: let its object store encrypt, and rekey there")
    state = "encrypted with the key that is set" if file.encryption else "not encrypted"
    names = Names(settings.prefix)
    with dagster_instance([names.pool]) as instance:
        if run := under_way(instance, names=names):
            console.print(
                f"{run.job_name} {run.run_id} is queued or under way: run this again when it has ended.",
                style="red",
                markup=False,
            )
            return 1
        for path in (file.path, file.published_path):
            if path is None or not path.exists():
                continue
            try:
                anew = give_key(replace(file.warehouse(console.print), place=path), former)
            except WarehouseError as error:
                console.print(str(error), style="red", markup=False)
                return 1
            console.print(f"{path} is {state}{' now' if anew else ' already'}.", markup=False)
    return 0
