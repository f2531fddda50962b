"""What each process may do in the databases: declared once, granted by a command."""
