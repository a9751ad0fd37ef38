"""How glibc gives memory out."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX, _ARENA_MAX = -1, -2, -4, -8


def keep_memory() -> None:
    """Lets glibc keep what it has once had from the system, in one place for all threads; elsewhere does nothing.

    Tensors come and go by the hundred in every step. Each would be mapped anew and its pages cleared by the
    system: more than a third of all time on two cores.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    for parameter, value in ((_ARENA_MAX, 1), (_MMAP_MAX, 0), (_TOP_PAD, 256 << 20), (_TRIM_THRESHOLD, 2**31 - 1)):
        mallopt(parameter, value)
