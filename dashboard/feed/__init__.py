"""What goes out to browsers as bytes, and the numbers that go with it, computed once for all who see the same."""
