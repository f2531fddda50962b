"""Measurements from outside: how near the system comes to what is under it."""
