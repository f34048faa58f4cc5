"""Ledger files on their way in: strict readers for CSV and GeoJSON whose problems are values, not exceptions."""
