"""Solutions: the articles of the knowledge base, in folders, in categories."""

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, bigints, integer, json, text, texts, timestamp
from freshdesk_assets.schema.endpoint import Existence
from freshdesk_assets.schema.sync import Branch, EachParent, FullList, Variants
from freshdesk_assets.schema.table import Cadence, Table
from freshdesk_assets.tables.attachments import attached

solution_categories = Table(
    name="solution_categories",
    doc="One row per category of the knowledge base.",
    path="solutions/categories",
    sync=FullList(),
    optional=True,
    group="solutions",
    cadence=Cadence.SLOW,
    docs="solutions",
    columns=(
        bigint("id", "Category's id.", required=True),
        text("name", "Name of the category."),
        text("description", "What is in it."),
        bigints("visible_in_portals", "Portals that show it; null on plans with one portal."),
        json("icon", "Its picture."),
        timestamp("created_at", "When the category was created."),
        timestamp("updated_at", "When it last changed; folders and articles do not move it."),
    ),
)

solution_folders = Table(
    name="solution_folders",
    doc="One row per folder of the knowledge base, at any depth.",
    path="solutions/categories/{id}/folders",
    sync=EachParent(
        parent="solution_categories",
        column="category_id",
        below=(
            Branch(
                parent="solution_folders",
                path="solutions/folders/{id}/subfolders",
                column="parent_folder_id",
                where="p.sub_folders_count > 0",
            ),
        ),
    ),
    existence=Existence("solutions/folders/{id}"),
    group="solutions",
    cadence=Cadence.SLOW,
    docs="solutions",
    columns=(
        bigint("id", "Folder's id.", required=True),
        text("name", "Name of the folder."),
        text("description", "What is in it."),
        bigint("category_id", "Category it is in, at any depth.", references="solution_categories.id"),
        bigint("parent_folder_id", "Folder it is in; null at the top.", references="solution_folders.id"),
        integer("articles_count", "Articles in it, as Freshdesk counts; not always right."),
        integer("sub_folders_count", "Folders in it, as Freshdesk counts; not always right."),
        json("hierarchy", "What it is in, outermost first: level, type, data."),
        integer(
            "visibility",
            "Who sees it: 1 All, 2 Who is signed in, 3 Agents, 4 Companies, 5 Bots, 6 Contact segments,"
            " 7 Company segments.",
            accepted=(1, 2, 3, 4, 5, 6, 7),
        ),
        bigints("company_ids", "Companies that see it, with visibility 4.", references="companies.id"),
        bigints("contact_segment_ids", "Segments of contacts that see it, with visibility 6."),
        bigints("company_segment_ids", "Segments of companies that see it, with visibility 7."),
        text("icon_url", "URL of its picture, valid for some hours; null if none.", volatile=True),
        timestamp("created_at", "When the folder was created."),
        timestamp("updated_at", "When it last changed; articles are not known to move it."),
    ),
)

solution_folder_companies = Child(
    name="solution_folder_companies",
    doc="One row per folder and company that sees it.",
    parent="solution_folders",
    by="solution_folder_id",
    cut=Elements("company_ids"),
    columns=(
        bigint("company_id", "Company that sees it.", path="value", references="companies.id", required=True),
    ),
    key=("company_id",),
)

solution_articles = Table(
    name="solution_articles",
    doc="One row per article of the knowledge base, in the primary language.",
    path="solutions/folders/{id}/articles",
    sync=EachParent(parent="solution_folders", column="folder_id", where="p.articles_count > 0"),
    existence=Existence("solutions/articles/{id}"),
    history=("status", "agent_id", "folder_id", "thumbs_up", "thumbs_down", "hits", "suggested"),
    group="solutions",
    cadence=Cadence.SLOW,
    docs="solutions",
    columns=(
        bigint("id", "Article's id.", required=True),
        integer("type", "1 Permanent, 2 Workaround.", accepted=(1, 2)),
        integer("status", "1 Draft, 2 Published.", accepted=(1, 2)),
        bigint("agent_id", "Agent who wrote it.", references="agents.id"),
        bigint("category_id", "Category it is in.", references="solution_categories.id"),
        bigint("folder_id", "Folder it is in.", references="solution_folders.id"),
        text("title", "Title."),
        text("description", "Text as HTML."),
        text("description_text", "Text without markup."),
        text("meta_title", "Title for search engines; null if none.", path="seo_data.meta_title"),
        text(
            "meta_description", "Summary for search engines; null if none.", path="seo_data.meta_description"
        ),
        json("meta_keywords", "Words for search engines: a text, or a list.", path="seo_data.meta_keywords"),
        texts("tags", "Tags."),
        json("attachments", "Files: id, name, content_type, size, attachment_url.", volatile=True),
        json("cloud_files", "Files linked from cloud storage."),
        integer("thumbs_up", "Readers who found it helpful, so far."),
        integer("thumbs_down", "Readers who did not, so far."),
        integer("hits", "Views, so far."),
        integer("suggested", "How often it was suggested, so far."),
        integer("feedback_count", "Comments of readers, so far."),
        json("hierarchy", "What it is in, outermost first: level, type, data."),
        json("platforms", "Where it is shown beside the web; null on most accounts."),
        timestamp("created_at", "When the article was written."),
        timestamp("updated_at", "When it last changed; whether views move it is not known."),
    ),
)

LANGUAGES = """
select unnest(supported_languages) from freshdesk.helpdesk_settings where _deleted_at is null
"""

solution_translations = Table(
    name="solution_translations",
    doc="One row per article and language that it is translated into.",
    path="solutions/folders/{id}/articles/{language}",
    # A call per folder and language: by choice.
    sync=EachParent(
        parent="solution_folders",
        column="folder_id",
        where="p.articles_count > 0",
        optional=True,
        variants=Variants("language", LANGUAGES, after=("helpdesk_settings",)),
    ),
    key=("id", "language"),
    by_choice=True,
    group="solutions",
    cadence=Cadence.SLOW,
    docs="solutions",
    columns=(
        bigint("id", "Article.", references="solution_articles.id", required=True),
        text("language", "Language, as de.", required=True),
        *(column for column in solution_articles.columns if column.name not in ("id", "agent_id")),
        bigint("agent_id", "Agent who translated it.", references="agents.id"),
    ),
)

solution_article_tags = Child(
    name="solution_article_tags",
    doc="One row per article and tag.",
    parent="solution_articles",
    by="solution_article_id",
    cut=Elements("tags"),
    columns=(text("tag", "Tag.", path="value", required=True),),
    key=("tag",),
)

solution_article_attachments = Child(
    name="solution_article_attachments",
    doc="One row per file attached to an article.",
    parent="solution_articles",
    by="solution_article_id",
    cut=Elements("attachments"),
    columns=attached(),
    key=("position",),
    files="attachment_url",
)
