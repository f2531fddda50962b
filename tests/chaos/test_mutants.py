"""The planted bugs fit the code as it stands, and none touches the checkout."""

from pathlib import Path

import pytest

from chaos.mutants.mutant import Edit, Mutant, Stale, copied, plant
from chaos.mutants.planted import MUTANTS
from chaos.mutants.workloads import plain
from devstack.folder import ROOT


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_words_that_a_mutant_replaces_are_in_the_source(
    mutant: Mutant, tmp_path: Path
) -> None:
    tree = copied(tmp_path / "tree")
    plant(mutant, tree)

    for file, _, new in mutant.edits:
        text = (tree / file).read_text()
        compile(text, file, "exec")
        assert new in text
        assert (ROOT / file).read_text() != text


def test_words_that_are_gone_are_an_error(tmp_path: Path) -> None:
    gone = Edit("commands_app/relay.py", "no such words", "")
    stale = Mutant(name="stale", breaks="", edits=(gone,), workload=plain)

    with pytest.raises(Stale, match="no such words"):
        plant(stale, copied(tmp_path / "tree"))


def test_there_are_at_least_twenty_of_different_names() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 20
