"""The knowledge base: categories, folders in folders, articles, each in several languages."""
