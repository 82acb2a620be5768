"""From what is to be read to pages of rows as Freshdesk sent them; only `extract.http` knows HTTP."""
