"""Wing: which runs there are, when they are launched and for what."""
