"""How large a generated account is beside its tickets."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Numbers of what tickets belong to."""

    groups: int = 12
    agents: int = 60
    companies: int = 500

    def of(self, sql: str) -> str:
        """A statement with these numbers: `$groups`, `$agents`, `$companies`."""
        for name, number in asdict(self).items():
            sql = sql.replace(f"${name}", str(number))
        return sql


SMALL, LARGE = Size(), Size(groups=200, agents=500, companies=20_000)
