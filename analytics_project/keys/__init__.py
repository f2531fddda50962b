"""API keys: what they look like, where they are kept, who knows them."""
