"""What a page says: its text, its metadata, and why it is no article."""
