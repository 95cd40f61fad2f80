"""The live map's logic: who is shown, in what colour, and what is said about it. No page code."""
