"""Who may come in: accounts, sessions, tokens, and the log of who did what and saw what."""
