"""Claims about the replica, each with its reason."""
