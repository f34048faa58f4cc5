"""Notices: the inbox, webhooks, and the daily digest by e-mail, all read from what is captured once."""
