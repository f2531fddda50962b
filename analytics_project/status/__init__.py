"""What is well and what is not, of every server and role: one finding each."""

from analytics_project.status.finding import Finding, State
from analytics_project.status.look import look

__all__ = ["Finding", "State", "look"]
