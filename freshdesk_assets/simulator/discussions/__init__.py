"""The community: categories of forums, topics in forums, comments on topics."""
