"""From rows as Freshdesk sent them to rows that hold no more about persons than the owner decided."""
