"""`pip check`, but for the sample's packages: those do without what they require."""

import subprocess
import sys

from devstack.folder import ROOT

PIP_CHECK = [sys.executable, "-m", "pip", "check"]
SAMPLE = ROOT / "requirements-sample.txt"  # installed with --no-deps


def main() -> int:
    done = subprocess.run(PIP_CHECK, check=False, capture_output=True, text=True)
    if done.returncode == 0:
        return 0
    excused = tuple(f"{name} " for name in sample_packages())
    complaints = [c for c in done.stdout.splitlines() if not c.startswith(excused)]
    print("\n".join(complaints), done.stderr, sep="\n")
    return 1 if complaints or done.stderr else 0


def sample_packages() -> list[str]:
    lines = SAMPLE.read_text().splitlines()
    return [line.split("==")[0] for line in lines if line and not line.startswith("#")]


if __name__ == "__main__":
    sys.exit(main())
