"""Reading Freshdesk: what is asked, what it costs, and that nothing is lost."""
