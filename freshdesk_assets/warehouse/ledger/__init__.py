"""The schema `freshdesk_meta`: what was read, asked for, doubted and spent."""
