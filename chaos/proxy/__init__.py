"""Bad networks: a TCP proxy, and what it does to the connections through it."""

from chaos.proxy.deliveries import Deliveries
from chaos.proxy.tcp import Proxy
from chaos.proxy.toxics import BASIC_ACK, COMMITTED, CREATED, Toxic

__all__ = ["BASIC_ACK", "COMMITTED", "CREATED", "Deliveries", "Proxy", "Toxic"]
