"""What the dashboard is told at its start: settings, sign-in, and where secrets are read from."""
