"""What claims of many articles have in common: words, frames, statements and conflicts. Pure; imports no Beam."""
