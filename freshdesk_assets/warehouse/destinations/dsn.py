"""From the connection string of a Postgres to its parts, and back: psycopg comes with the extra `lake`."""


def parts(dsn: str) -> dict[str, str]:
    """What a connection string says, by the names of libpq."""
    from psycopg.conninfo import conninfo_to_dict

    return {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value is not None}


def written(dsn: str, **further: str) -> str:
    """A connection string as libpq writes it, a URL too."""
    from psycopg.conninfo import make_conninfo

    return str(make_conninfo(dsn, **further))
