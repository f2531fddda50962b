"""What runs in a process of its own: the project's code and its bare counterpart."""
