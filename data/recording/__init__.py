"""The record of the campaign from its books: tallies, programmes, exposures, calendar, what is behind a figure."""
