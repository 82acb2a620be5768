"""A page to look at every morning: charts of the published copy, in one file that needs nothing else.

A chart is a SQL file, `<number>_<name>.sql`, and beside it a picture, `<number>_<name>.vl.json`: a Vega-Lite
specification without its data. A SQL file alone is shown as a table, or as tiles. `charts.py` reads them.
`page_<name>.sql` makes a table that several charts read under that name.
"""
