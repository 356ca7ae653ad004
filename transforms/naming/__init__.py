"""Names of people and bodies: from mentions to entities."""
