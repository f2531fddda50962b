"""The manifests, put together by the real kubectl, against their schemas."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft202012Validator

from devstack.folder import ROOT
from devstack.roles import ROLES

MANIFESTS = ROOT / "deploy/kubernetes"
VERSION = "1.34"  # of Kubernetes; `sleep` before a stop is stable from there on
SCHEMAS = Path(__file__).with_name("custom_resources.yaml")
Object = dict[str, Any]
PROCESSES = {"commands", "queries", "relay", "consumer", "auditor"}


@cache
def rendered(folder: Path = MANIFESTS) -> list[Object]:
    kubectl = Path(sys.executable).parent / "kubectl"
    done = subprocess.run(
        [str(kubectl), "kustomize", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    return list(yaml.load_all(done.stdout, Loader=yaml.CSafeLoader))


def of_kind(*kinds: str) -> dict[str, Object]:
    return {o["metadata"]["name"]: o for o in rendered() if o["kind"] in kinds}


def pods() -> Iterator[tuple[str, Object]]:
    for name, each in of_kind("Deployment", "Job").items():
        yield name, each["spec"]["template"]["spec"]


def test_every_object_fits_its_schema() -> None:
    fits(rendered())


def fits(objects: list[Object]) -> None:
    custom = yaml.safe_load(SCHEMAS.read_text())
    for each in objects:
        kind = f"{each['apiVersion']} {each['kind']}"
        name = f"{kind} {each['metadata']['name']}"
        if kind in custom:
            schema = {"$defs": custom["$defs"], **custom[kind]}
            faults = Draft202012Validator(schema).iter_errors(each["spec"])
            assert [error.message for error in faults] == [], name
            assert each.keys() == {"apiVersion", "kind", "metadata", "spec"}, name
        else:
            kubernetes_validate.validate(each, VERSION, strict=True)


def test_every_pod_keeps_to_the_restricted_profile() -> None:
    assert {name for name, _ in pods()} == PROCESSES | {"migrate"}
    for name, pod in pods():
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"] + pod.get("initContainers", []):
            confined = container["securityContext"]
            assert confined["allowPrivilegeEscalation"] is False, name
            assert confined["readOnlyRootFilesystem"], name
            assert confined["capabilities"] == {"drop": ["ALL"]}, name
            assert container["resources"]["limits"]["memory"], name
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}


def test_every_role_runs_and_can_be_told_to_be_dead() -> None:
    commands = [pod["containers"][0]["command"][2:] for _, pod in pods()]

    assert all(command in commands for command in ROLES.values())
    for name, pod in pods():
        if name in PROCESSES:
            assert pod["containers"][0]["livenessProbe"], name
            assert pod["initContainers"][0]["name"] == "migrated", name
    for name in ("commands", "queries"):
        app = dict(pods())[name]["containers"][0]
        assert app["readinessProbe"]["httpGet"]["path"] == "/health/ready"
        assert app["lifecycle"]["preStop"], name


def test_what_may_be_drained_stands_twice() -> None:
    budgets = of_kind("PodDisruptionBudget")
    deployments = of_kind("Deployment")

    assert budgets.keys() == PROCESSES - {"auditor"}
    for name in budgets:
        assert deployments[name]["spec"]["replicas"] > 1, name
    for each in [*budgets.values(), *of_kind("Service").values()]:
        selector = each["spec"]["selector"]
        labels = selector.get("matchLabels", selector)
        chosen = deployments[each["metadata"]["name"]]["spec"]["template"]
        assert labels == chosen["metadata"]["labels"]


def test_secrets_are_files_and_none_stands_in_a_manifest() -> None:
    assert of_kind("Secret") == {}
    for name, pod in pods():
        volumes = {each["name"]: each for each in pod["volumes"]}
        assert volumes["secrets"]["secret"]["secretName"] == name
        seen = {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
        assert seen == {"secrets", "authority", "tmp"}
        assert volumes["authority"]["secret"]["items"] == [
            {"key": "ca.crt", "path": "ca.crt"}  # its key stays where it is
        ]
    text = yaml.safe_dump(rendered())
    assert not re.search(r"(postgres|postgresql|amqps?)://", text)


def test_every_process_is_named_by_the_network_policies() -> None:
    policies = of_kind("NetworkPolicy")

    def chosen(name: str) -> set[str]:
        selector = policies[name]["spec"]["podSelector"]
        return set(selector["matchExpressions"][0]["values"])

    assert chosen("processes") == PROCESSES | {"migrate"}
    assert chosen("to-write-side") == PROCESSES - {"queries"} | {"migrate"}
    assert chosen("to-broker") == {"relay", "consumer", "auditor"}
    assert chosen("from-ingress") == {"commands", "queries"}


def test_the_admin_has_no_way_in_from_outside() -> None:
    [ingress] = of_kind("Ingress").values()
    paths = {
        rule["host"].split(".")[0]: [p["path"] for p in rule["http"]["paths"]]
        for rule in ingress["spec"]["rules"]
    }

    assert paths == {"commands": ["/api/", "/health"], "analytics": ["/"]}


def test_the_servers_are_three_and_the_write_side_waits_for_a_second_copy() -> None:
    clusters, [broker] = of_kind("Cluster"), of_kind("RabbitmqCluster").values()

    assert broker["spec"]["replicas"] == 3
    assert broker["spec"]["tls"]["disableNonTLSListeners"]
    assert {name: each["spec"]["instances"] for name, each in clusters.items()} == {
        "commands-db": 3,
        "analytics-db": 3,
    }
    waits = clusters["commands-db"]["spec"]["postgresql"]["synchronous"]
    assert waits == {"method": "any", "number": 1, "dataDurability": "required"}
    for kind in ("ObjectStore", "ScheduledBackup"):
        assert of_kind(kind).keys() == clusters.keys()
    secrets = {each["spec"]["secretName"] for each in of_kind("Certificate").values()}
    for each in clusters.values():
        assert set(each["spec"]["certificates"].values()) <= secrets
    assert broker["spec"]["tls"]["secretName"] in secrets


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


@pytest.mark.parametrize("kind", ["Deployment", "Cluster"])
def test_a_field_that_nobody_knows_is_found(kind: str) -> None:
    wrong = yaml.safe_load(yaml.safe_dump(next(iter(of_kind(kind).values()))))
    wrong["spec"]["replikas"] = 3

    with pytest.raises((AssertionError, kubernetes_validate.ValidationError)):
        fits([wrong])
