"""Real syncs under faults and mixtures of them; afterwards the replica is compared with the truth.

`faults.py` has the faults, `trial.py` says what one is, `site.py` has the account and runs commands on it,
`rounds.py` draws mixtures. `python -m freshdesk_assets_tests.chaos` (`make chaos`) runs them by seeds.
"""
