"""What `relate` does with one unit, part by part: readings, claims, stories, notices."""
