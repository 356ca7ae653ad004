"""One file per family of commands; `pipeline/cli.py` names them all."""
