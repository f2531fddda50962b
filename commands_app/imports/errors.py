"""What can be wrong with an import."""


class ImportFailed(Exception):
    """Nothing can be imported from this input."""


class Rejected(Exception):
    """This line cannot be an order line; the message is the reason."""
