"""From what is to be said of a setting to a field of the settings."""

from enum import StrEnum
from typing import Any

from pydantic import Field


class Group(StrEnum):
    """Settings that are explained together."""

    ACCOUNT = "The account"
    REPLICA = "The replica"
    FILES = "Files"
    PERSONAL = "Personal data"
    CREDITS = "Credits"
    SCHEDULES = "Schedules"
    METRICS = "Metrics"
    PAGE = "The page"
    ALERTS = "Alerts"
    OWN = "Assets of your own"


def setting(group: Group, default: object, says: str, *, unset: str = "", like: str = "") -> Any:
    """A field; `unset` says what holds without a value, `like` is a value for the example file."""
    beside: dict[str, Any] = {"group": group.value, "unset": unset, "like": like}
    return Field(default=default, description=says, json_schema_extra=beside)
