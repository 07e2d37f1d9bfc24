"""The component in Python: the same bits as the server, and nothing granted.

    component = Vismatch("vismatch.wasm")
    component.hash(open("photo.jpg", "rb").read(), ["phash"])      # {"phash": "d1c4..."}
    component.render(picture, [Spec("fit", 200, 200)])             # [(width, height, jpeg)]

Each call runs in an instance of its own, so that no picture sees another's memory. Errors of a picture are
`PictureError`s: `code` is a case of `image-error` of the contract, the message is for people.
"""

from dataclasses import dataclass

import quick_bytes  # noqa: F401  (takes effect by being imported)
from wasmtime import Config, Engine, Store, WasiConfig
from wasmtime.component import Component, Linker, Record, Variant

PACKAGE, VERSION = "vismatch:pipeline", "0.1.0"


class PictureError(ValueError):
    """What is wrong with a picture or with what was asked for."""

    def __init__(self, code, details):
        super().__init__(f"{code}: {details}" if details else code)
        self.code = code


@dataclass(frozen=True)
class Spec:
    """A rendition: `original`, or `fit` within or `cover` of a size in pixels."""

    size: str
    width: int = 0
    height: int = 0
    quality: int = 85


@dataclass(frozen=True)
class Limits:
    """What a picture may be at most."""

    max_pixels: int = 100_000_000
    max_side: int = 32_767
    max_frames: int = 1_000
    max_output_bytes: int = 64 << 20


class Vismatch:
    """A compiled component. Compiling takes some seconds the first time; wasmtime's cache keeps the result."""

    def __init__(self, path):
        config = Config()
        config.cache = True
        self._engine = Engine(config)
        self._component = Component.from_file(self._engine, str(path))
        linker = Linker(self._engine)
        linker.add_wasip2()  # what Rust's standard library imports; the store grants none of it
        self._linker = linker

    def hash(self, picture, algorithms, limits=Limits()):
        """Fingerprints by algorithm, as hexadecimal digits."""
        made = self._call("hashing", "hash", picture, list(algorithms), _record(limits))
        return {str(one.algorithm): one.bits.hex() for one in made}

    def render(self, picture, specs, limits=Limits()):
        """A JPEG for each spec: width, height, bytes."""
        made = self._call("rendering", "render", picture, [_spec(spec) for spec in specs], _record(limits))
        return [(one.size.width, one.size.height, one.jpeg) for one in made]

    def _call(self, interface, name, *arguments):
        store = Store(self._engine)
        store.set_wasi(WasiConfig())
        instance = self._linker.instantiate(store, self._component)
        exported = instance.get_export_index(store, f"{PACKAGE}/{interface}@{VERSION}")
        function = instance.get_func(store, instance.get_export_index(store, name, exported))
        answer = function(store, *arguments)
        if not isinstance(answer, list):
            raise _error(answer)
        return answer


def _error(error):
    if isinstance(error, Variant):
        payload = error.payload
        return PictureError(error.tag, vars(payload) if isinstance(payload, Record) else payload)
    return PictureError(str(error), None)


def _record(values):
    record = Record()
    for name, value in vars(values).items():
        setattr(record, name.replace("_", "-"), value)
    return record


def _spec(spec):
    record, size = Record(), None
    if spec.size != "original":
        size = Record()
        size.width, size.height = spec.width, spec.height
    record.size = Variant(spec.size, size)
    record.quality = spec.quality
    return record
