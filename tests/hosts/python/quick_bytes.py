"""Hands bytes to a component, and takes them from it, in one piece.

The package `wasmtime` lowers and lifts a `list<u8>` element by element in Python: some ten seconds for a picture
of 10 MB. The list in the C API is an array of 32-byte values; here all their tags and all their bytes are written
by two strided copies. Importing this module is enough; every other type is left to the package.
"""

import ctypes

from wasmtime import _ffi as ffi
from wasmtime.component import _types

_Value = ffi.wasmtime_component_val_t
_SIZE = ctypes.sizeof(_Value)
_BYTE = _Value.of.offset
_WRITABLE = 0x200

_view_of = ctypes.pythonapi.PyMemoryView_FromMemory
_view_of.restype = ctypes.py_object
_view_of.argtypes = (ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int)


def _memory(values, count):
    return _view_of(ctypes.addressof(values.contents), count * _SIZE, _WRITABLE)


def _lower(self, store, value, pointer):
    if not self._is_bytes() or not isinstance(value, bytes):
        return _lower_slowly(self, store, value, pointer)
    values = ffi.wasmtime_component_vallist_t()
    ffi.wasmtime_component_vallist_new_uninit(values, len(value))
    if value:
        memory = _memory(values.data, len(value))
        memory[::_SIZE] = bytes([ffi.WASMTIME_COMPONENT_U8.value]) * len(value)
        memory[_BYTE::_SIZE] = value
    pointer.contents.kind = ffi.WASMTIME_COMPONENT_LIST
    pointer.contents.of.list = values


def _lift(self, value):
    if not self._is_bytes():
        return _lift_slowly(self, value)
    values = value.of.list
    try:
        return bytes(_memory(values.data, values.size)[_BYTE::_SIZE]) if values.size else b""
    finally:
        ffi.wasmtime_component_vallist_delete(ctypes.byref(values))


_lower_slowly = _types.ListType.convert_to_c
_lift_slowly = _types.ListType.convert_from_c
_types.ListType.convert_to_c = _lower
_types.ListType.convert_from_c = _lift
