"""A child table that contradicts itself, or its parent, fails where it is declared, and names itself."""

from typing import Any

import pytest

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child, Elements, Entries, Pooled, Rows, json_paths
from freshdesk_assets.schema.column import DeclarationError, json, text, texts
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.library import declared

SHELVES = declared("shelves", texts("labels", "Labels."), json("books", "Books."))
LABEL = text("label", "Label.", path="value", required=True)


def labels(**different: Any) -> Child:
    """A child table without contradictions, but for what is different."""
    declared = {
        "name": "shelf_labels",
        "doc": "One row per label.",
        "parent": "shelves",
        "by": "shelf_id",
        "cut": Elements("labels"),
        "columns": (LABEL,),
        "key": ("label",),
    }
    return Child(**{**declared, **different})


@pytest.mark.parametrize(
    ("different", "sentence"),
    [
        ({"key": ("title",)}, "its key names title, which is not a column"),
        ({"columns": (LABEL, LABEL)}, "column label is declared twice"),
        ({"columns": (text("shelf_id", "Shelf.", path="value"),), "key": ()}, "shelf_id is declared twice"),
        ({"columns": (text("label", "Label."),)}, "column label reads label: begin it with value"),
        ({"columns": (text("label", "Label.", path="key"),)}, "column label reads key: begin it with value"),
        ({"columns": (text("label", "Label.", path="value|label"),)}, "begin it with value"),
        (
            {"cut": Entries("books"), "columns": (text("label", "Label.", path="key.x"),)},
            "begin it with key or value",
        ),
        ({"columns": (texts("label", "Label.", path="value"),)}, "is a list"),
        ({"cut": Pooled("title", {"is_old": "labels"})}, "its only column of its own is the element, title"),
        ({"cut": Rows("select 1", reads=())}, "its SQL does not read parents"),
        ({"files": "label"}, "its files need a column id"),
        ({"files": "link"}, "its files need a column link"),
        ({"name": "Shelf labels"}, "a name is lower case words"),
        ({"doc": "Labels"}, "its description is one line that ends in a full stop"),
        ({"columns": (text("_label", "Label.", path="value"),), "key": ()}, "begins with an underscore"),
    ],
)
def test_a_child_table_that_contradicts_itself_says_so(different: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        labels(**different)
    assert sentence in str(refused.value)
    assert str(refused.value).startswith(f"child table {different.get('name', 'shelf_labels')}")


@pytest.mark.parametrize(
    ("children", "sentence"),
    [
        ([labels(parent="rooms")], "it is cut from rooms, which is not a table"),
        ([labels(cut=Elements("titles"))], "it is cut from shelves.titles, which is not a column"),
        ([labels(), labels()], "table shelf_labels is declared twice"),
        ([labels(name="shelves")], "table shelves is declared twice"),
        (
            [labels(columns=(text("label", "Label.", path="value", references="rooms.id"),))],
            "label refers to rooms, which is not a table",
        ),
    ],
)
def test_a_child_table_that_contradicts_its_parent_says_so(children: list[Child], sentence: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        Catalog([SHELVES], children)
    assert sentence in str(refused.value)


def test_a_child_table_has_its_parents_id_and_its_place() -> None:
    """Whoever reads one joins it to its parent, and may want the order of the list."""
    stored = [column.name for column in labels().stored]
    assert stored == ["shelf_id", "label", "position", "_synced_at", "_deleted_at"]
    pooled = labels(
        cut=Pooled("label", {"is_old": "labels"}), columns=(text("label", "Label.", required=True),)
    )
    assert [column.name for column in pooled.cells] == ["shelf_id", "label", "is_old"]
    assert labels().keys == ("shelf_id", "label")
    assert labels().cells[0].references == "shelves.id"


def test_a_column_of_two_shapes_names_both_its_places() -> None:
    assert json_paths(text("label", "Label.", path="value.name|value")) == [("value", "name"), ("value",)]


def test_every_table_with_links_to_attachments_says_so() -> None:
    """Else their files would be missing from those that are fetched."""
    for child in declared_tables().children:
        links = [column.name for column in child.columns if column.path.endswith(".attachment_url")]
        assert links == ([child.files] if child.files else []), child.name


def test_ids_in_child_tables_are_references() -> None:
    """A foreign key without a reference is missing from the documentation and from every check on it."""
    catalog = declared_tables()
    for child in catalog.children:
        for column in child.cells:
            if column.name.endswith("_id"):
                assert column.targets, f"{child.name}.{column.name}"
