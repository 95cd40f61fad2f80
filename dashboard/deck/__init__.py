"""What is drawn: the deck, its layers, the basemap and their files."""
