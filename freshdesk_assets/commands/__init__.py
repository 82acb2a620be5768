"""The commands of `freshdesk-assets`: sync, plan and doctor, and what they print."""
