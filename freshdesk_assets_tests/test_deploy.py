"""The examples in deploy/: Dagster takes each dagster.yaml, and it has all that the replica relies on."""

import importlib
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from freshdesk_assets.orchestration.internals import (
    dagster_instance_config,
    process_config,
    resolve_to_config_type,
)

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
PACKAGED = ROOT / "freshdesk_assets" / "orchestration" / "dagster.postgres.yaml"
EXAMPLES = sorted(DEPLOY.glob("dagster.*.yaml"))
OF_A_LAUNCHER = {"run_launcher", "compute_logs"}
NAME = {"dagster.default.yaml", "dagster.docker.yaml", "dagster.ecs.yaml", "dagster.k8s.yaml"}


def read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def manifests() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")))


def deployments() -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in manifests() if each["kind"] == "Deployment"}


def test_there_is_one_for_each_launcher() -> None:
    assert {file.name for file in EXAMPLES} == NAME


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.name))
def test_an_example_is_as_the_packaged_one_but_for_where_runs_go(file: Path) -> None:
    """Records, pools, monitoring, retries and retention: what is changed there is changed here."""
    said = read(file)
    assert set(said) - set(read(PACKAGED)) == OF_A_LAUNCHER
    assert {key: value for key, value in said.items() if key not in OF_A_LAUNCHER} == read(PACKAGED)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.name))
def test_dagster_takes_an_example(file: Path, tmp_path: Path) -> None:
    """As a whole; and the launcher's part, where the launcher's package is installed."""
    shutil.copy(file, tmp_path / "dagster.yaml")
    said, _ = dagster_instance_config(str(tmp_path))
    assert said["run_launcher"]
    for part in sorted(OF_A_LAUNCHER):
        module, named = said[part]["module"], said[part]["class"]
        if not module.startswith("dagster."):
            pytest.importorskip(module, reason=f"{module} is not among the development requirements")
        class_ = getattr(importlib.import_module(module), named)
        found = process_config(resolve_to_config_type(class_.config_type()), said[part].get("config") or {})
        assert found.success, found.errors


def test_a_manifest_is_one_that_kubernetes_takes() -> None:
    models = pytest.importorskip("dagster_k8s.models", reason="dagster-k8s is not among the requirements")
    client = importlib.import_module("kubernetes.client")
    for manifest in manifests():
        model = getattr(client, f"V1{manifest['kind']}")
        # A key that there is not in the model is refused.
        models.k8s_model_from_dict(model, models.k8s_snake_case_dict(model, manifest))


def test_kubernetes_parts_name_each_other_rightly() -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    made = subprocess.run(["kubectl", "kustomize", str(DEPLOY)], capture_output=True, text=True, check=True)
    every = [each for each in yaml.safe_load_all(made.stdout) if each]
    named = {(each["kind"], each["metadata"]["name"]) for each in every}
    assert {each["metadata"]["namespace"] for each in every} == {"freshdesk"}
    launcher = read(DEPLOY / "dagster.k8s.yaml")["run_launcher"]["config"]
    assert ("ConfigMap", launcher["instance_config_map"]) in named
    assert ("ServiceAccount", launcher["service_account_name"]) in named
    assert {("ConfigMap", name) for name in launcher["env_config_maps"]} <= named
    for deployment in deployments().values():
        spec = deployment["spec"]["template"]["spec"]
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        maps = {each["configMap"]["name"] for each in volumes.values() if "configMap" in each}
        assert {("ConfigMap", name) for name in maps} <= named
        (container,) = spec["containers"]
        assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
    (map_,) = (each for each in every if each["metadata"]["name"] == "freshdesk-instance")
    assert yaml.safe_load(map_["data"]["dagster.yaml"]) == read(DEPLOY / "dagster.k8s.yaml")


def test_there_is_one_daemon_and_nothing_is_root_or_writes_to_its_root_filesystem() -> None:
    found = deployments()
    assert found["freshdesk-daemon"]["spec"]["replicas"] == 1
    assert found["freshdesk-daemon"]["spec"]["strategy"]["type"] == "Recreate"
    for deployment in found.values():
        spec = deployment["spec"]["template"]["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        (container,) = spec["containers"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["livenessProbe"]
    services = read(DEPLOY / "compose.yaml")["services"]
    for name in ("freshdesk-code", "webserver", "daemon"):
        assert services[name]["user"] == "10001:10001"
        assert services[name]["read_only"] is True
    assert services["webserver"]["healthcheck"]
    assert services["daemon"]["healthcheck"]
    assert services["webserver"]["ports"] == ["127.0.0.1:3000:3000"], "the UI has no login"
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    last = image.rpartition("\nFROM ")[2]
    assert "\nUSER 10001:10001\n" in last
    assert "\nHEALTHCHECK " in last
    run = read(DEPLOY / "dagster.docker.yaml")["run_launcher"]["config"]["container_kwargs"]
    assert (run["user"], run["read_only"]) == ("10001:10001", True)


def test_the_image_takes_only_what_it_is_made_of() -> None:
    """Who may pull an image reads all that is in it: no key, replica or record may be."""
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert let_in == {"freshdesk_assets", "pyproject.toml", "README.md", "requirements.lock"}
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", image, re.MULTILINE)
        for word in line.split()
    }
    assert copied == let_in


def test_launchers_are_of_the_version_that_goes_with_dagster() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (version,) = {each.partition("==")[2] for each in project["dependencies"] if "dagster-duckdb==" in each}
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    pinned = re.findall(r"(dagster-\w+)==([\d.]+)", image)
    assert {name for name, _ in pinned} == {"dagster-docker", "dagster-k8s", "dagster-aws"}
    assert {of for _, of in pinned} == {version}
