"""How an account is set up beyond lists of names: rules, canned responses, forms, sections."""
