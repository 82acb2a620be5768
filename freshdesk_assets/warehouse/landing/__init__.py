"""From spooled pages to rows: fitting, parsing and merging a batch in one transaction."""
