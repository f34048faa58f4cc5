"""Photos as evidence: read safely, stripped, kept by their hash, compared, blurred; never judged."""
