"""Who said what: cues, contents, sources, and the speaker behind them."""
