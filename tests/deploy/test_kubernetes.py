"""The manifests against their schemas, and what they promise."""

import re

import kubernetes_validate
import pytest
import yaml

from devstack.roles import ROLES
from tests.deploy.manifests import (
    ARCHIVISTS,
    OWNERS,
    PROCESSES,
    fits,
    of_kind,
    pods,
    rendered,
)


def test_every_object_fits_its_schema() -> None:
    fits(rendered())


def test_every_pod_keeps_to_the_restricted_profile() -> None:
    assert {name for name, _ in pods()} == PROCESSES | OWNERS
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
        theirs = "migrate" if name in OWNERS else name
        assert volumes["secrets"]["secret"]["secretName"] == theirs
        seen = {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
        own = {"archive"} if name in ARCHIVISTS else set()
        assert seen == {"secrets", "authority", "tmp"} | own, name
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

    assert chosen("processes") == PROCESSES | OWNERS
    assert chosen("to-write-side") == PROCESSES - {"queries"} | OWNERS
    assert chosen("to-broker") == {"relay", "consumer", "auditor", "manage"}
    assert chosen("from-ingress") == {"commands", "queries"}
    [comer] = policies["databases"]["spec"]["ingress"][0]["from"]
    let_in = comer["podSelector"]["matchExpressions"][0]["values"]
    assert set(let_in) == PROCESSES | OWNERS


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


@pytest.mark.parametrize("kind", ["Deployment", "CronJob", "Cluster"])
def test_a_field_that_nobody_knows_is_found(kind: str) -> None:
    wrong = yaml.safe_load(yaml.safe_dump(next(iter(of_kind(kind).values()))))
    wrong["spec"]["replikas"] = 3

    with pytest.raises((AssertionError, kubernetes_validate.ValidationError)):
        fits([wrong])
