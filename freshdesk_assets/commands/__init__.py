"""What `freshdesk-assets` does: sync, plan and doctor, and how they speak on a terminal."""
