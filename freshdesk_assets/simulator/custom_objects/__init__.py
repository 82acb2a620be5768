"""Objects that an account defines for itself: schemas with fields, and records of them."""
