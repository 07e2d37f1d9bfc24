"""The conformance runner for Python: `golden.py COMPONENT GOLDEN [PICTURE]`; see ../README.md."""

import hashlib
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

from vismatch import PictureError, Spec, Vismatch

ROUNDS = 5


def main(component, golden, picture=None):
    vismatch = Vismatch(component)
    golden = Path(golden)
    compared, different = 0, []
    for entry in json.loads((golden / "golden.json").read_text()):
        for what, expected, found in compare(vismatch, golden, entry):
            compared += 1
            if expected != found:
                different.append(f"{entry['picture']}, {what}: {expected} expected, {found} found")
    refused = refuses_what_is_no_picture(vismatch)
    report = {"host": f"Python, wasmtime {version('wasmtime')}", "compared": compared, "different": different, "refused": refused}
    if picture:
        report["milliseconds"] = measured(vismatch, Path(picture).read_bytes())
    print(json.dumps(report))


def compare(vismatch, golden, entry):
    """What is compared of a picture: its name, what is expected, what is found."""
    picture = (golden / "pictures" / entry["picture"]).read_bytes()
    wanted = entry["fingerprints"]
    found = vismatch.hash(picture, [one["algorithm"] for one in wanted])
    for one in wanted:
        yield one["algorithm"], one["bits"], found[one["algorithm"]]
    specs = [Spec(one["size"], *(one["within"] or (0, 0)), one["quality"]) for one in entry["renditions"]]
    for one, (width, height, jpeg) in zip(entry["renditions"], vismatch.render(picture, specs), strict=True):
        name = f"{one['size']} {one['width']}x{one['height']}"
        yield name, [one["width"], one["height"], one["sha256"]], [width, height, hashlib.sha256(jpeg).hexdigest()]


def refuses_what_is_no_picture(vismatch):
    try:
        vismatch.hash(b"no picture", ["phash"])
    except PictureError as error:
        return error.code
    return None


def measured(vismatch, picture):
    """The shortest of some calls: what the picture's way into the component and its phash take."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        vismatch.hash(picture, ["phash"])
        times.append((time.perf_counter() - start) * 1000)
    return min(times)


main(*sys.argv[1:])
