#!/usr/bin/env python3
"""Fingerprints of pictures by the libraries that are in use for it: imagehash and pdqhash.

Reads names of files, relative to DIR, from standard input, a line each. Prints
{"imagehash phash": {"strangers/chess/000.png": "a5e1...", ...}, ...} with bits in hexadecimal.
"""

import argparse
import json
import os
import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import imagehash
import numpy as np
import pdqhash
from PIL import Image, ImageOps

LARGE = 1024  # pixels a side from which on PDQ's authors reduce a picture to 512 before


def phash(image):
    return imagehash.phash(image).hash


def dhash128(image):
    """The gradients along the rows, then those down the columns."""
    return np.concatenate([imagehash.dhash(image).hash, imagehash.dhash_vertical(image).hash])


def pdq(image):
    if max(image.size) > LARGE:
        image = image.copy()
        image.thumbnail((512, 512), Image.Resampling.BOX)
    return pdqhash.compute(np.asarray(image))[0]


PEERS = {"imagehash phash": phash, "imagehash dhash128": dhash128, "pdq": pdq}


def fingerprints(file, folder):
    with Image.open(folder / file) as image:
        image = ImageOps.exif_transpose(image).convert("RGB")
    return [np.packbits(peer(image).astype(bool).flatten()).tobytes().hex() for peer in PEERS.values()]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="DIR", type=Path)
    given = parser.parse_args()
    files = sys.stdin.read().splitlines()
    made = {name: {} for name in PEERS}
    with Pool(os.cpu_count()) as pool:
        rows = pool.imap(partial(fingerprints, folder=given.folder), files, chunksize=8)
        for done, (file, row) in enumerate(zip(files, rows), 1):
            for name, bits in zip(PEERS, row):
                made[name][file] = bits
            if done % 1000 == 0 or done == len(files):
                print(f"peers: {done} of {len(files)} files", file=sys.stderr)
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
