"""Attached files, as every list of them has them."""

from freshdesk_assets.schema.column import Column, bigint, text, timestamp


def attached(*, pii: bool = False) -> tuple[Column, ...]:
    """The columns of a child table that is cut from `attachments`; `pii`: customers may have sent the files.

    The address is signed when the list was read, and expired within hours.
    """
    return (
        bigint("id", "Attachment's id.", path="value.id"),
        text("name", "File name.", path="value.name", pii=pii),
        text("content_type", "MIME type.", path="value.content_type"),
        bigint("size", "Size in bytes.", path="value.size|value.file_size"),
        text("attachment_url", "URL, valid for some hours.", path="value.attachment_url", prose=pii),
        timestamp("created_at", "When it was uploaded.", path="value.created_at"),
        timestamp("updated_at", "When it last changed.", path="value.updated_at"),
    )
