"""What a description cannot say in JSON Schema, and what schemathesis cannot draw from it.

Pictures and sketches have a format of their own; half of the names in paths are those of stored pictures. And `filter_case`
leaves out cases whose parts contradict each other in a way that only a text can tell. Each of its rules has its reason.
"""

import base64
import io
import os

import schemathesis
from hypothesis import strategies
from PIL import Image
from schemathesis import GenerationMode

PROJECT = os.environ["CONTRACT_PROJECT"]
STORED = {"project_id": PROJECT, "image_id": os.environ["CONTRACT_IMAGE"]}
FORMATS = ("PNG", "JPEG", "WEBP")
BITS = {
    "phash": 64,
    "dhash": 64,
    "ahash": 64,
    "blockhash": 64,
    "dhash128": 128,
    "core": 128,
    "bare": 128,
    "pdq": 256,
}
LONGEST_NAME = 255  # bytes


def picture(seed, kind):
    """A small picture, another one for each seed."""
    image = Image.effect_mandelbrot((48 + seed % 16, 40), (-2, -1.5, 1 + seed / 64, 1.5), 60)
    file = io.BytesIO()
    image.convert("RGB").save(file, kind)
    return file.getvalue()


pictures = strategies.builds(picture, strategies.integers(0, 63), strategies.sampled_from(FORMATS))
schemathesis.openapi.format("binary", pictures)
schemathesis.openapi.format("base64-picture", pictures.map(lambda file: base64.b64encode(file).decode()))


@schemathesis.hook
def map_case(context, case):
    """Puts stored names where the drawn ones are as good: by their length, so that it is the same in each run."""
    if is_meant_well(case) and case.method.upper() != "DELETE":
        for name, stored in STORED.items():
            drawn = (case.path_parameters or {}).get(name)
            if isinstance(drawn, str) and len(drawn) % 2 == 0:
                case.path_parameters[name] = stored
    return case


@schemathesis.hook
def filter_case(context, case):
    rules = RULES if is_meant_well(case) else RULES_OF_REFUSALS
    return all(rule(case) for rule in rules)


def is_meant_well(case):
    """It is drawn to be accepted."""
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE


def has_short_names(case):
    """Names are limited by their bytes, JSON Schema counts characters."""
    names = [(case.path_parameters or {}).get("project_id"), *(fields(case.body).get(name) for name in NAMES)]
    return all(len(name.encode(errors="replace")) <= LONGEST_NAME for name in names if isinstance(name, str))


def has_possible_radius(case):
    """How large a radius may be depends on the algorithm, which may be named in the URL or in the body."""
    radius, algorithm = said(case, "radius"), said(case, "algorithm")
    try:
        return float(radius) <= BITS.get(algorithm, BITS["phash"])
    except (TypeError, ValueError):
        return True  # it is no number


def names_an_algorithm(case):
    """Any plugin may be named too; this server has none."""
    sent = fields(case.body).get("fingerprints")
    sent = [one.get("algorithm") for one in sent if isinstance(one, dict)] if isinstance(sent, list) else []
    return all(name in BITS for name in [said(case, "algorithm"), *sent] if isinstance(name, str))


def has_since_of_witness(case):
    """A parameter of a URL cannot ask for another one."""
    query = case.query or {}
    return "witness" not in query or "since" in query


def names_one_picture(case):
    """A picture is sent, or named by `image_id` in the URL or in the body, but not both."""
    if not case.path.endswith(("/matches", "/similar")):
        return True
    sent = any(field in fields(case.body) for field in ("file", "image"))
    return sent != bool(said(case, "image_id"))


def compares_two_pictures(case):
    """`b`, or both `project_id` and `image_id`, but not all: a form's fields cannot exclude each other."""
    form = fields(case.body)
    if case.path != "/compare" or "b" in form and not {"project_id", "image_id"} & form.keys():
        return True
    return "b" not in form and {"project_id", "image_id"} <= form.keys()


def removes_others(case):
    """The image that is kept cannot be among those that go."""
    body = fields(case.body)
    return body.get("keep") not in (body.get("remove") or [])


def has_no_sketch(case):
    """The bytes of a sketch have a structure of their own, which only the component makes."""
    return fields(case.body).get("sketch") is None


def has_usual_fields(case):
    """Other fields of a form are read past; but not all their drawn names can be written into a part's header."""
    if case.media_type != "multipart/form-data":
        return True
    return all(name.isascii() and name.isidentifier() for name in fields(case.body))


def has_no_null_in_form(case):
    """One schema describes a form and JSON; only JSON has a null, a form has a text of that name."""
    return case.media_type != "application/x-www-form-urlencoded" or None not in fields(case.body).values()


def says_something(case):
    """Empty fields of forms are as good as none: browsers send what nobody filled in."""
    is_form = case.media_type in ("multipart/form-data", "application/x-www-form-urlencoded")
    return not is_form or all(value not in ("", None, [], {}) for value in fields(case.body).values())


NAMES = ("project_name", "image_name", "project_id", "name")
RULES = (
    has_short_names,
    has_possible_radius,
    names_an_algorithm,
    has_since_of_witness,
    names_one_picture,
    compares_two_pictures,
    removes_others,
    has_no_sketch,
    has_usual_fields,
    has_no_null_in_form,
)
RULES_OF_REFUSALS = (says_something,)


def said(case, name):
    """A parameter of the body, or else of the URL."""
    in_body = fields(case.body).get(name)
    return (case.query or {}).get(name) if in_body is None else in_body


def fields(body):
    return body if isinstance(body, dict) else {}
