"""The local stack: private servers and the project's roles, without Docker or root.

For test harnesses: `Postgres`, `RabbitMQ` and `Process` start, stop, kill and restart
one server or role each; they know nothing of the project's rooms.
"""
