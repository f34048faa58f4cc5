"""Everything that crosses the program's edge: settings, store, intake, importers, exporters, cities, demo."""
