"""Bad networks: a TCP proxy, and what it does to the connections through it."""

from chaos.proxy.tcp import Proxy
from chaos.proxy.toxics import BASIC_ACK, COMMITTED, CREATED, Toxic

__all__ = ["BASIC_ACK", "COMMITTED", "CREATED", "Proxy", "Toxic"]
