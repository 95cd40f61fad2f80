"""The whole product in a real Chromium. A package, so that pytest ends the browser when it leaves this folder."""
