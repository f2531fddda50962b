"""The planted bugs, in the direction of flow."""

from chaos.mutants.read_side import CONSUMER, READ_SIDE
from chaos.mutants.rebuilds import REBUILDS
from chaos.mutants.write_side import RELAY, WRITE_SIDE

MUTANTS = (*WRITE_SIDE, *RELAY, *CONSUMER, *REBUILDS, *READ_SIDE)
