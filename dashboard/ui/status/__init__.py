"""The page for operators: how this dashboard is doing."""
