#!/usr/bin/env python3
"""Holds a running server to its description of itself (/openapi.json).

Starts the server PROGRAM on a free port over a temporary data folder with a few pictures in it, runs schemathesis over
it, and stops it. Further arguments go to `schemathesis run`. Ends as schemathesis does: with 0 when it finds nothing.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
PICTURES = HERE.parent / "golden/pictures"
STORED = ("gradient.png", "landscape.jpg", "shapes.webp")
PROJECT = "holidays"
PATIENCE = 60  # seconds for the server to have found its pictures


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program, options = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory(prefix="vismatch-contract-") as folder:
        data = Path(folder) / "data"
        put_pictures(data)
        with open(Path(folder) / "server.log", "w+b") as log:
            server = start(program, data, log)
            try:
                url = address(server)
                status = examine(url, Path(folder), options)
                if server.poll() is not None:
                    status = status or 1
                    print(f"the server ended with {server.returncode}", file=sys.stderr)
                return status
            finally:
                stop(server)
                tell_panics(log)


def put_pictures(data):
    folder = data / "image_root" / PROJECT
    folder.mkdir(parents=True)
    data.chmod(0o700)
    for name in STORED:
        shutil.copy(PICTURES / name, folder)


def start(program, data, log):
    command = [program, "serve", "--listen", "127.0.0.1:0", "--data", data]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)


def address(server):
    line = server.stdout.readline()
    found = re.search(r"http://\S+", line)
    if not found:
        sys.exit(f"the server did not tell its address: {line!r}")
    return found[0]


def examine(url, folder, options):
    environment = os.environ | {
        "CONTRACT_PROJECT": PROJECT,
        "CONTRACT_IMAGE": stored_images(url)[0],
        "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "SCHEMATHESIS_HOOKS": "hooks",
    }
    schemathesis = Path(sys.executable).with_name("schemathesis")
    command = [schemathesis, "--config-file", HERE / "schemathesis.toml", "run", *options, f"{url}/openapi.json"]
    return subprocess.run(command, cwd=folder, env=environment).returncode


def stored_images(url):
    """Their ids, when the server has found all of them."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/projects/{PROJECT}/images") as answer:
                images = json.load(answer)
        except OSError:
            images = []
        if len(images) == len(STORED):
            return [image["image_id"] for image in images]
        time.sleep(0.2)
    sys.exit(f"the server did not find its pictures within {PATIENCE} seconds")


def stop(server):
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def tell_panics(log):
    log.seek(0)
    for line in log:
        if b"panicked" in line:
            sys.stderr.buffer.write(line)


if __name__ == "__main__":
    sys.exit(main())
