"""The command line `python -m data`, one command a file."""
