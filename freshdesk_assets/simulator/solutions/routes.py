"""What can be read of the knowledge base; each path also ends with a language."""

from collections.abc import Sequence
from dataclasses import replace

from freshdesk_assets.simulator.endpoints import Endpoint, paged
from freshdesk_assets.simulator.solutions import reads

FEATURE = "Solutions"
IN_FIRST_LANGUAGE: Sequence[Endpoint] = (
    paged("solutions/categories", reads.categories, feature=FEATURE),
    paged("solutions/categories/{id}/folders", reads.category_folders, feature=FEATURE),
    paged("solutions/folders/{id}/subfolders", reads.subfolders, feature=FEATURE),
    paged("solutions/folders/{id}/articles", reads.folder_articles, feature=FEATURE),
    Endpoint(path="solutions/categories/{id}", answer=reads.view_category, feature=FEATURE),
    Endpoint(path="solutions/folders/{id}", answer=reads.view_folder, feature=FEATURE),
    Endpoint(path="solutions/articles/{id}", answer=reads.view_article, feature=FEATURE),
)
# The first path that fits answers: a word is a language only where it is nothing else.
SOLUTIONS: Sequence[Endpoint] = (
    *IN_FIRST_LANGUAGE,
    *(replace(endpoint, path=f"{endpoint.path}/{{language}}") for endpoint in IN_FIRST_LANGUAGE),
)
