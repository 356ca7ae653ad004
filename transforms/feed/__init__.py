"""Feeds of every habit, read into entries."""
