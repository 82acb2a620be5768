"""From the replica to a folder of Parquet files that a warehouse loads.

`tables` says what is written, `types` how warehouses name and type it, `folder` what is in the folder and how
it is changed so that its manifest is always of whole files, `writing` does it.
"""
