"""What is made of stored rows: child tables, histories, views, references, checks."""
