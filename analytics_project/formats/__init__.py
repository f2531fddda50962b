"""How Django writes times in the admin, where its own English drops the seconds."""
