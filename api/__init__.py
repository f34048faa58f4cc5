"""HTTP: routes, map pages, the gate in front of them, and the table from errors to status codes."""
