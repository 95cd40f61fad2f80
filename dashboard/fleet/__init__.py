"""What is known of fleets, and what can be worked out from it. Pure: no requests, no bytes, no pages."""
