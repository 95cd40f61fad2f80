"""Share links: what a guest may see, for how long, and who has come by one."""
