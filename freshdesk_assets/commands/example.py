"""From the declared settings to an example of a file `.env`, which says what each does."""

from collections.abc import Iterable, Mapping
from textwrap import wrap

from pydantic.fields import FieldInfo

from freshdesk_assets.setting_fields import Group
from freshdesk_assets.settings import Settings, variable

BEGINNING = (
    "# Copy to .env and fill in. The commands, the UI and the daemon read it from the working directory."
)

WIDTH = 118


def example_file() -> str:
    """Every setting as a line of .env, below a comment that says what it does."""
    parts = [BEGINNING]
    for group in Group:
        parts.append(f"# {group.value}\n# {'-' * len(group.value)}")
        parts += [
            "\n".join([*comment(field), f"{variable(name)}={about(field)['like'] or default(field)}"])
            for name, field in Settings.model_fields.items()
            if about(field)["group"] == group
        ]
    return "\n\n".join(parts) + "\n"


def comment(field: FieldInfo) -> Iterable[str]:
    """What a setting does, and what applies if it is not set, as lines of a comment."""
    unset = about(field)["unset"]
    said = f"{field.description}{f' If not set: {unset}.' if unset else ''}"
    return wrap(said.replace("`", ""), WIDTH, initial_indent="# ", subsequent_indent="# ")


def default(field: FieldInfo) -> str:
    """A setting's default as a user would write it."""
    match field.default:
        case None | ():
            return ""
        case float() | int() as number:
            return f"{number:g}"
        case other:
            return str(other)


def about(field: FieldInfo) -> Mapping[str, str]:
    """What a setting's declaration says beside its description."""
    told = field.json_schema_extra
    return {name: str(value) for name, value in told.items()} if isinstance(told, dict) else {}
