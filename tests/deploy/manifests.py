"""The manifests as the real kubectl puts them together, and what may stand in them."""

import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from jsonschema import Draft202012Validator

from devstack.folder import ROOT

MANIFESTS = ROOT / "deploy/kubernetes"
VERSION = "1.34"  # of Kubernetes; `sleep` before a stop is stable from there on
SCHEMAS = Path(__file__).with_name("custom_resources.yaml")
Object = dict[str, Any]
PROCESSES = {"commands", "queries", "relay", "consumer", "auditor"}
OWNERS = {"migrate", "manage", "prune"}  # of the tables
ARCHIVISTS = {"manage", "prune"}  # the archive is read by one, written by the other


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
    for name, each in of_kind("CronJob").items():
        yield name, each["spec"]["jobTemplate"]["spec"]["template"]["spec"]


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
