"""Who may use the APIs: the hallway's three tables, in both databases alike.

The command writes a key to both, so that each web role asks its own database alone
(docs/decisions/0013-api-keys.md).
"""

from django.db import models
from django.db.models.functions import Now


class ApiKey(models.Model):
    key_id = models.TextField(primary_key=True)  # the part of a key that may be seen
    name = models.TextField()  # who uses it, and for what
    digest = models.BinaryField()  # SHA-256 of the whole key
    scopes = models.TextField()  # separated by spaces
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)  # null: never
    revoked_at = models.DateTimeField(null=True)
    # Requests: null is what the settings say, 0 a minute no limit.
    per_minute = models.PositiveIntegerField(null=True)
    burst = models.PositiveIntegerField(null=True)

    class Meta:
        db_table = "api_keys"
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.key_id})"


class ApiKeyUse(models.Model):
    """When a key was last used, as the web role of this database saw it.

    Apart from the keys: it is all that a web role ever writes of them, and a reference
    would lock the key's row.
    """

    key_id = models.TextField(primary_key=True)
    last_used_at = models.DateTimeField()

    class Meta:
        db_table = "api_key_uses"

    def __str__(self) -> str:
        return f"{self.key_id} at {self.last_used_at}"


class ApiKeyRate(models.Model):
    """How much a key has asked of the web role of this database.

    Not logged: a crash fills all buckets, and no request waits for the disk.
    """

    key_id = models.TextField(primary_key=True)
    full_at = models.DateTimeField()  # its bucket is full again
    passed = models.BooleanField()  # its latest request was let in

    class Meta:
        db_table = "api_key_rates"

    def __str__(self) -> str:
        return f"{self.key_id} until {self.full_at}"
