"""The first id of each kind of row."""

# Ids of people, groups and conversations have 11 to 14 digits on live accounts (docs/freshdesk_api.md, 6.1).
FIRST_IDS = {
    "people": 43_012_345_001,
    "companies": 43_000_900_001,
    "groups": 43_000_500_001,
    "roles": 43_000_100_001,
    "products": 43_000_200_001,
    "mailboxes": 43_000_300_001,
    "sla_policies": 43_000_400_001,
    "business_hours": 43_000_600_001,
    "surveys": 43_000_700_001,
    "skills": 43_000_800_001,
    "fields": 43_000_150_001,
    "time_entries": 43_000_050_001,
    "satisfaction_ratings": 43_000_060_001,
    "conversations": 43_100_000_001,
    "attachments": 43_900_000_000_001,
    "tickets": 1,
    "ticket_summaries": 43_000_070_001,
    "discussions": 43_000_080_001,
    "custom_objects": 30,
    "solution_categories": 43_000_910_001,
    "solution_folders": 43_000_920_001,
    "solution_articles": 43_000_930_001,
}
