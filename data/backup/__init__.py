"""Backups: one file that holds a store at one revision, readable by any program, restorable into any database."""
