"""Everything that knows HTTP: from requests of Freshdesk's API to pages of rows as they were sent."""
