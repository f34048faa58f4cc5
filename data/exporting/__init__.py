"""The one way out: issues and points as GeoJSON and CSV."""
