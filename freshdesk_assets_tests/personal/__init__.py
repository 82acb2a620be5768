"""What is kept of personal data, value by value."""
