"""What one map layer looks like: Folium classes, palettes, class breaks and legends as plain data."""
