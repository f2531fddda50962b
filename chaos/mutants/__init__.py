"""Protocol bugs, planted in a copy of the code: the harness has to see each."""
