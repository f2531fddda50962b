"""Orders from elsewhere: read, check, group, and place in batches."""
