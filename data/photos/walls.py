"""The walls that a process puts around itself before it reads hostile bytes: no file, no socket, no child, little of
everything else.

Two walls, one behind the other. Resource limits hold on every Unix: a table of open files of size 0 lets no new
file, socket or pipe be opened, whatever the process runs. On Linux (x86-64, arm64) a seccomp filter then leaves only
the calls that reckoning needs: what is open may be read and written, memory and threads (HEIC's decoder wants one) may
be had, and nothing else.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
import sys
from typing import Final

_NO_NEW_PRIVILEGES: Final = 38
_SET_SECCOMP: Final = 22
_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | 1  # EPERM
_KILL: Final = 0x80000000
_NO_SUCH_CALL: Final = 0x00050000 | 38  # ENOSYS: the C library then falls back to the older call
_LOAD, _IF_EQUAL, _IF_BITS, _RETURN = 0x20, 0x15, 0x45, 0x06
_ARCHITECTURE, _NUMBER, _FIRST_ARGUMENT = 4, 0, 16
_THREAD: Final = 0x00010000
_CLONE3: Final = 435
_CALLS: Final = {
    # read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn writev sched_yield
    # mremap madvise getpid exit sigaltstack gettid futex sched_getaffinity clock_gettime exit_group newfstatat
    # getrandom rseq set_robust_list
    "x86_64": (
        0xC000003E,
        56,
        (
            0,
            1,
            3,
            5,
            8,
            9,
            10,
            11,
            12,
            13,
            14,
            15,
            20,
            24,
            25,
            28,
            39,
            60,
            131,
            186,
            202,
            204,
            228,
            231,
            262,
            318,
            334,
            273,
        ),
    ),
    "aarch64": (
        0xC00000B7,
        220,
        (
            *(63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 66, 124, 216, 233, 172, 93, 132, 178, 98, 123),
            *(113, 94, 79, 278, 293, 99),
        ),
    ),
}


def confine(*, memory_bytes: int, cpu_s: int, written_bytes: int) -> bool:
    """Build the walls around this process, for good; whether the filter of calls stands too (else the limits alone).

    `memory_bytes` is of address space, `written_bytes` the largest file that it may write to. What is already open
    stays usable. Raises OSError or ValueError where even the limits are refused.
    """
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_FSIZE: written_bytes,
        resource.RLIMIT_NOFILE: 0,
    }
    for kind, most in limits.items():
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
    return _filter_calls()


def _filter_calls() -> bool:
    machine = platform.machine()
    if not sys.platform.startswith("linux") or machine not in _CALLS:
        return False
    architecture, clone, calls = _CALLS[machine]
    program = [
        *((_LOAD, 0, 0, _ARCHITECTURE), (_IF_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL)),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for number in calls:
        program += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    program += [
        *((_IF_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _NO_SUCH_CALL)),
        *((_IF_EQUAL, 1, 0, clone), (_RETURN, 0, 0, _REFUSE)),
        *((_LOAD, 0, 0, _FIRST_ARGUMENT), (_IF_BITS, 1, 0, _THREAD), (_RETURN, 0, 0, _REFUSE)),
        (_RETURN, 0, 0, _ALLOW),
    ]
    text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    whole = ctypes.create_string_buffer(struct.pack("HL", len(program), ctypes.addressof(text)))
    prctl = ctypes.CDLL(None).prctl
    prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    if prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(prctl(_SET_SECCOMP, _FILTER, ctypes.addressof(whole), 0, 0) == 0)
