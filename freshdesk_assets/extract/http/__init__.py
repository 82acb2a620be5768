"""HTTP to Freshdesk: client, rate limit, budget, errors."""
