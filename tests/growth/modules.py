#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""modules.py SHAPE N: on stdout a livepatch module of N of one thing; with the shape btf, what such modules are read by."""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "zoo"))
from make import ALLOC, INDEX_LIVEPATCH, LIVEPATCH, RELA, UNDEF, WRITE, Livepatch, btf  # noqa: E402


def sections(n):
    m = Livepatch()
    for i in range(n):
        m.elf.section(f".data.{i}", bytes(8), flags=ALLOC | WRITE)
    return m


def relocated(n):
    """Each section with relocations of its own."""
    m = Livepatch()
    for i in range(n // 2):
        m.elf.reloc(m.elf.section(f".data.{i}", bytes(8), flags=ALLOC | WRITE), 0, m.sym_text)
    return m


def states(n):
    return Livepatch(states=[(1 + n - i, i) for i in range(n)], replace=True)


def functions(n):
    return Livepatch(objects=[(None, [(f"function_{n - i}", 0) for i in range(n)])])


def objects(n):
    return Livepatch(objects=[(f"module_{n - i}", [("function", 0)]) for i in range(n)])


def imports(n):
    m = Livepatch()
    for i in range(n):
        m.elf.symbol(f"import_{n - i}", UNDEF, kind=0, bind=1)
    return m


def candidates(n):
    """Up to 64 structures that could be the klp_patch, and N symbols among which theirs are."""
    m = Livepatch()
    for i in range(min(n // 16, 60)):
        at = m.room(200)
        m.elf.reloc(m.data, at, m.sym_this)
        m.elf.symbol(f"other_{i}", m.data, at, 8)
    for i in range(n):
        m.elf.symbol(f"object_{i}", m.text, i, 1)
    return m


def symbols(n):
    """Relocations of N symbols of n / 8 modules, all of which the livepatch changes."""
    each = 8
    m = Livepatch(objects=[(f"module_{i}", [("function", 0)]) for i in range(n // each)])
    for i in range(n // each):
        relas = m.elf.section(f".klp.rela.module_{i}.text", kind=RELA, flags=ALLOC | LIVEPATCH, info=m.text)
        for k in range(each):
            symbol = m.elf.symbol(f".klp.sym.module_{i}.symbol_{k},0", INDEX_LIVEPATCH, bind=1)
            m.elf.sections[relas - 1]["data"] += (8).to_bytes(8, "little") + (symbol << 32 | 1).to_bytes(8, "little") + bytes(8)
    return m


def main():
    shape, n = sys.argv[1], int(sys.argv[2])
    data = btf() if shape == "btf" else globals()[shape](n).bytes()
    sys.stdout.buffer.write(data)


main()
