"""What runs: the command line, the graphs, the ledger and the parts that touch the world."""

__version__ = "0.1.0"
