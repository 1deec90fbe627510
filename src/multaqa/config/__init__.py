"""Config: how one installation is set up. Settings, addresses, the web server's door."""
