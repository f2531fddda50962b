"""`pins`: what the image installs, anew: newest allowed versions with their hashes."""

import argparse

from devstack.release import PINNED, REQUIREMENTS, call, tool

HEAD = """\
# What the image installs: requirements.txt and all that it needs in turn, each with the
# hashes of its files for every platform. Made by `make pins`.
"""
FLAGS = [
    "--quiet",
    "--generate-hashes",
    "--universal",
    "--python-version=3.11",
    "--no-annotate",
    "--no-header",
    "--no-emit-index-url",
]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make pins", description=__doc__)
    parser.add_argument(
        "--keep", action="store_true", help="keep versions that are still allowed"
    )
    flags = [*FLAGS, *([] if parser.parse_args(arguments).keep else ["--upgrade"])]
    before = PINNED.read_text() if PINNED.exists() else ""
    output = [f"--output-file={PINNED.name}", REQUIREMENTS.name]
    call([tool("uv"), "pip", "compile", *flags, *output])
    PINNED.write_text(HEAD + PINNED.read_text())
    same = PINNED.read_text() == before
    print(f"{PINNED.name} is {'as it was' if same else 'new'}")
    return 0
