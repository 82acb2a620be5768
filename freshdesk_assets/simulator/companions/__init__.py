"""What a ticket has beside itself: associated tickets, watchers, a summary, people who were given access."""
