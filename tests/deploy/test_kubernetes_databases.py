"""Who connects to the databases of the manifests, and how one is restored."""

import os
import re
import subprocess
from pathlib import Path

import yaml

from analytics_project.database_roles import grants
from devstack.folder import ROOT
from devstack.roles import ROLES
from tests.deploy.manifests import (
    MANIFESTS,
    PROCESSES,
    fits,
    of_kind,
    pods,
    rendered,
)


def test_each_process_has_a_database_role_and_the_owner_gives_it_its_rights() -> None:
    asked = {f"analytics_{name}": {"name": f"database-{name}"} for name in PROCESSES}

    assert PROCESSES == ROLES.keys() == grants.ROLES.keys()
    for name, cluster in of_kind("Cluster").items():
        assert cluster["spec"]["bootstrap"]["initdb"]["owner"] == "analytics_owner"
        roles = cluster["spec"]["managed"]["roles"]
        assert {each["name"]: each["passwordSecret"] for each in roles} == asked, name
        assert all(each["login"] for each in roles), name
    [said] = dict(pods())["migrate"]["containers"][0]["args"]
    assert said.endswith("&& python manage.py database_roles")


def test_the_how_to_gives_each_process_the_urls_of_its_own_role() -> None:
    users = database_users((ROOT / "docs/how-to/deploy.md").read_text())

    own = {name: {f"analytics_{name}"} for name in PROCESSES}
    assert {name: users[name] for name in PROCESSES} == own
    assert users["migrate"] == {"analytics_owner"}


def database_users(page: str) -> dict[str, set[str]]:
    """By secret that the page's script makes, which runs with a kubectl that tells."""
    script = "kept() {" + page.partition("kept() {")[2].partition("\n\n(`bash`.)")[0]
    kubectl = 'kubectl() { [ "$1" = create ] && echo "$@" || echo c2VjcmV0; }'
    done = subprocess.run(
        ["bash", "-euc", f"{kubectl}\n{script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    made = re.findall(
        r"^create secret \S+ (\S+) (.*)$", done.stdout, flags=re.MULTILINE
    )
    return {name: set(re.findall(r"postgres://(\w+):", said)) for name, said in made}


def test_a_cluster_is_restored_by_the_patch_that_the_how_to_shows(
    tmp_path: Path,
) -> None:
    page = (ROOT / "docs/how-to/back-up.md").read_text()
    [patch] = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    overlay = {
        "resources": [os.path.relpath(MANIFESTS, tmp_path)],
        "patches": [{"patch": patch}],
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(overlay))

    restored = rendered(tmp_path)

    fits(restored)
    [cluster] = [
        each["spec"]
        for each in restored
        if each["kind"] == "Cluster" and each["metadata"]["name"] == "commands-db"
    ]
    assert cluster["bootstrap"].keys() == {"recovery"}
    [source], [archiver] = cluster["externalClusters"], cluster["plugins"]
    before, after = source["plugin"]["parameters"], archiver["parameters"]
    assert before["barmanObjectName"] == after["barmanObjectName"] == "commands-db"
    assert before["serverName"] != after["serverName"]
