"""Teams of ChatDev, read: chains of phases and graphs of nodes."""
