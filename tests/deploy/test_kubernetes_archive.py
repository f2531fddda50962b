"""Who puts old events away in the manifests, and where they lie."""

import re

from tests.deploy.manifests import ARCHIVISTS, Object, of_kind, pods


def prune() -> Object:
    [job] = of_kind("CronJob").values()
    return dict(job["spec"])


def named(things: list[Object], name: str) -> Object:
    [found] = [each for each in things if each["name"] == name]
    return found


def test_old_events_are_put_away_daily_by_one_run_at_a_time() -> None:
    job = prune()["jobTemplate"]["spec"]

    assert re.fullmatch(r"\d+ \d+ \* \* \*", prune()["schedule"])
    assert prune()["concurrencyPolicy"] == "Forbid"
    assert job["activeDeadlineSeconds"] < 86_400  # the next day has a run of its own


def test_the_pod_that_prunes_is_the_one_that_manages_with_another_command() -> None:
    ours, theirs = (dict(pods())[name] for name in ("prune", "manage"))
    [app], [other] = ours["containers"], theirs["containers"]

    assert app["command"] == ["python", "manage.py", "prune"]
    same = {**other, "command": app["command"]}
    assert ours == {**theirs, "containers": [same], "restartPolicy": "Never"}


def test_who_prunes_and_who_replays_have_the_same_archive() -> None:
    [claim] = of_kind("PersistentVolumeClaim").values()
    for name in ARCHIVISTS:
        pod = dict(pods())[name]
        [app] = pod["containers"]
        volume = named(pod["volumes"], "archive")["persistentVolumeClaim"]
        mount = named(app["volumeMounts"], "archive")
        assert volume == {"claimName": claim["metadata"]["name"]}, name
        assert not mount.get("readOnly"), name
        assert named(app["env"], "ARCHIVE_DIR")["value"] == mount["mountPath"], name


def test_who_has_the_archive_stands_where_the_others_are_that_have_it() -> None:
    [claim] = of_kind("PersistentVolumeClaim").values()
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    for name in ARCHIVISTS:
        affinity = dict(pods())[name]["affinity"]["podAffinity"]
        [term] = affinity["requiredDuringSchedulingIgnoredDuringExecution"]
        [beside] = term["labelSelector"]["matchExpressions"]
        assert term["topologyKey"] == "kubernetes.io/hostname"
        assert beside["key"] == "app.kubernetes.io/name"
        assert set(beside["values"]) == ARCHIVISTS, name


def test_its_pod_has_the_name_that_the_policies_know() -> None:
    labels = prune()["jobTemplate"]["spec"]["template"]["metadata"]["labels"]

    assert labels == {"app.kubernetes.io/name": "prune"}
