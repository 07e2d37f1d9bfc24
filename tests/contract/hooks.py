"""What schemathesis cannot draw from a description: pictures, and what is stored on the server under test.

`format: binary` says no more than that bytes are wanted. Half of the names in paths are those of stored pictures, so
that more than "not found" is asked for.
"""

import io
import os

import schemathesis
from hypothesis import strategies
from PIL import Image

PROJECT = os.environ["CONTRACT_PROJECT"]
IMAGES = os.environ["CONTRACT_IMAGES"].split(",")
FORMATS = ("PNG", "JPEG", "WEBP")


def picture(seed, kind):
    """A small picture, another one for each seed."""
    image = Image.effect_mandelbrot((48 + seed % 16, 40), (-2, -1.5, 1 + seed / 64, 1.5), 60)
    file = io.BytesIO()
    image.convert("RGB").save(file, kind)
    return file.getvalue()


pictures = strategies.builds(picture, strategies.integers(0, 63), strategies.sampled_from(FORMATS))
schemathesis.openapi.format("binary", pictures)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Puts stored names where the drawn ones are as good: by their length, so that it is the same in each run."""
    stored = {"project_id": PROJECT, "image_id": IMAGES[0]}
    for name, value in (path_parameters or {}).items():
        if name in stored and isinstance(value, str) and len(value) % 2 == 0 and keeps(context):
            path_parameters[name] = stored[name]
    return path_parameters


def keeps(context):
    """The operation leaves the stored pictures where they are."""
    return context.operation.method.upper() != "DELETE"
