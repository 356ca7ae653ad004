"""What things are. Imports nothing of ours; `transforms` and `pipeline` import it."""
