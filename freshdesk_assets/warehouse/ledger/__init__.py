"""The schema `freshdesk_meta`: what was read, asked, doubted and spent."""
