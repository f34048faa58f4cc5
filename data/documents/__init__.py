"""Collections of documents: the campaign's own books (units, rules, checklists, plans), each document with versions."""
