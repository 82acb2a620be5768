"""From the replica in one destination to the same replica in another."""

from rich.console import Console

from freshdesk_assets.orchestration.instance import dagster_instance
from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.orchestration.run_lock import under_way
from freshdesk_assets.setting_destination import is_lake, lake_address
from freshdesk_assets.setting_paths import usable
from freshdesk_assets.setting_values import file_named
from freshdesk_assets.settings import SettingError, Settings
from freshdesk_assets.views import schemas
from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.moving import move as carry


def move(settings: Settings, to: str, data_path: str | None) -> int:
    """Carry the replica to another destination, checked; 0, or 1 if that could not be done.

    Nothing is deleted, and Freshdesk is asked nothing. Raises SettingError.
    """
    console = Console(soft_wrap=True, markup=False, highlight=False)
    file = duckdb_file(settings)
    source = file.warehouse(console.print)
    try:
        if is_lake(to):
            at = lake_address(to, data_path, file.lake_schema)
            place = Lake(catalogue=at.catalogue, dsn=at.dsn, data_path=at.data_path, schema=at.schema)
            target = Warehouse(place, memory_limit=file.memory, report=console.print)
        else:
            path = usable(file_named(to), schemas(), "--to")
            target = Warehouse(
                path, memory_limit=file.memory, storage=file.storage, encryption=file.encryption
            )
    except ValueError as error:
        raise SettingError(f"--to {error}") from None
    with dagster_instance() as instance:
        if run := under_way(instance):
            console.print(
                f"{run.job_name} {run.run_id} is queued or under way: run this again when it has ended.",
                style="red",
            )
            return 1
        try:
            done = carry(source, target, console.print)
        except WarehouseError as error:
            console.print(str(error), style="red")
            return 1
    console.print(
        f"{done.tables:,} tables with {done.rows:,} rows and {done.views:,} views are in {target.name} now,"
        f" and were compared. Nothing was removed from {source.name}."
    )
    said = "FRESHDESK_DESTINATION to what you gave as --to"
    if data_path:
        said += f" and FRESHDESK_DATA_PATH to {data_path}"
    console.print(f"Next: set {said} wherever the replica is run, and then remove what was moved.")
    return 0
