"""Who may do what: tokens, roles, sessions, limits, pseudonyms of people, and the audit log."""
