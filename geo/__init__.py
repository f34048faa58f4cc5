"""The pure domain: geometry and tables in, tables out; no files, SQL, network, clock or screen."""
