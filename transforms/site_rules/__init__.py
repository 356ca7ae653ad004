"""A site's own rules at work: selectors on a page, the article that they find, and whether the promises hold."""
