"""Seeded benchmarks beside known packages: the answers are compared first, then the times."""
