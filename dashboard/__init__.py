"""The dashboard: everything between the client and the pages."""
