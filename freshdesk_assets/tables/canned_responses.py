"""Canned responses: texts that agents insert into replies, and the folders they are in."""

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, bigints, boolean, integer, json, text, timestamp
from freshdesk_assets.schema.endpoint import Existence
from freshdesk_assets.schema.sync import EachParent, FullList
from freshdesk_assets.schema.table import Cadence, Table
from freshdesk_assets.tables.attachments import attached

canned_response_folders = Table(
    name="canned_response_folders",
    doc="One row per folder of canned responses that the key's owner may use.",
    path="canned_response_folders",
    sync=FullList(),
    optional=True,
    group="setup",
    cadence=Cadence.SLOW,
    docs="canned-responses",
    columns=(
        bigint("id", "Folder's id.", required=True),
        text("name", "Name of the folder."),
        boolean("personal", "Whether it holds the responses of the key's owner alone."),
        integer("responses_count", "Responses in it, as Freshdesk counts."),
        timestamp("created_at", "When the folder was created."),
        timestamp("updated_at", "When it last changed; responses do not move it."),
    ),
)

canned_responses = Table(
    name="canned_responses",
    doc="One row per canned response.",
    path="canned_response_folders/{id}/responses",
    sync=EachParent(parent="canned_response_folders", column="folder_id", where="p.responses_count > 0"),
    existence=Existence("canned_responses/{id}"),
    group="setup",
    cadence=Cadence.SLOW,
    docs="canned-responses",
    columns=(
        bigint("id", "Response's id.", required=True),
        text("title", "Title that agents see."),
        bigint("folder_id", "Folder it is in.", references="canned_response_folders.id"),
        text("content", "Text without markup."),
        text("content_html", "Text as HTML."),
        integer(
            "visibility",
            "Who may use it: 0 All agents, 1 Its author, 2 Agents of groups.",
            accepted=(0, 1, 2),
        ),
        bigints("group_ids", "Groups whose agents may use it, with visibility 2.", references="groups.id"),
        json("attachments", "Files: id, name, content_type, size, attachment_url.", volatile=True),
        timestamp("created_at", "When the response was written."),
        timestamp("updated_at", "When it last changed."),
    ),
)

canned_response_groups = Child(
    name="canned_response_groups",
    doc="One row per canned response and group whose agents may use it.",
    parent="canned_responses",
    by="canned_response_id",
    cut=Elements("group_ids"),
    columns=(bigint("group_id", "Group of agents.", path="value", references="groups.id", required=True),),
    key=("group_id",),
)

canned_response_attachments = Child(
    name="canned_response_attachments",
    doc="One row per file attached to a canned response.",
    parent="canned_responses",
    by="canned_response_id",
    cut=Elements("attachments"),
    columns=attached(),
    key=("position",),
    files="attachment_url",
)
