"""For English, the only language here."""
