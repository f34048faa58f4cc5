"""What supervision groups do with the campaign's points: visits, rechecks, day plans, random draws."""
