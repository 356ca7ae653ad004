"""What happens to one thing. Imports `schemas` only, never `pipeline`."""
