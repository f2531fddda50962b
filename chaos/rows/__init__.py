"""All rows, in the order of their numbers; each module is a theme."""

from chaos.row import Row
from chaos.rows import kills

ROWS = (
    Row("1", "kill storm", kills.FIGURE, kills.storm),
    Row("2", "long kill storm", kills.LONG_FIGURE, kills.long_storm),
)
