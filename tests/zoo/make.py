# SPDX-License-Identifier: GPL-2.0
"""Writes livepatch modules and type information byte by byte, so that anything in them can be wrong."""
import struct

R_64, R_PC32, R_PLT32, R_32S = 1, 2, 4, 11
EM_X86_64, EM_AARCH64 = 62, 183
ALLOC, WRITE, EXEC, INFO, LIVEPATCH = 2, 1, 4, 0x40, 0x100000
PROGBITS, SYMTAB, STRTAB, RELA, NOBITS = 1, 2, 3, 4, 8
UNDEF, INDEX_LIVEPATCH = 0, 0xff20
OBJECT, FUNC, SECTION = 1, 2, 3

# Of the structures below, as in the type information that btf() writes.
PATCH, OBJECT_SIZE, FUNC_SIZE, STATE, MODULE = 200, 168, 152, 24, 256
INIT, EXIT = 128, 192  # in struct module
RELEASE = "6.1.0-zoo"
VERMAGIC = RELEASE + " SMP preempt mod_unload modversions "


class Strings:
    def __init__(self):
        self.data = bytearray(b"\0")

    def add(self, text):
        at = len(self.data)
        self.data += text.encode() + b"\0"
        return at


class Elf:
    """A relocatable file. Sections and symbols are told by name."""

    def __init__(self):
        self.sections = []  # name, type, flags, data, link, info, align, entsize, size
        self.symbols = [(0, 0, 0, 0, 0, 0)]
        self.symbol_names = Strings()
        self.indices = {}
        self.relas = {}

    def section(self, name, data=b"", kind=PROGBITS, flags=ALLOC, info=0, size=None):
        self.sections.append(dict(name=name, kind=kind, flags=flags, data=bytearray(data), link=0, info=info,
                                  entsize=0, size=size))
        return len(self.sections)

    def symbol(self, name, section, value=0, size=0, kind=OBJECT, bind=0):
        self.symbols.append((self.symbol_names.add(name) if name else 0, bind << 4 | kind, 0, section, value, size))
        self.indices[name] = len(self.symbols) - 1
        return len(self.symbols) - 1

    def reloc(self, section, offset, symbol, addend=0, kind=R_64):
        self.relas.setdefault(section, []).append((offset, symbol << 32 | kind, addend))

    def bytes(self):
        out = bytearray(64)
        sections = list(self.sections)
        symtab = len(sections) + len(self.relas) + 1
        for target, relas in self.relas.items():
            sections.append(dict(name=".rela" + sections[target - 1]["name"], kind=RELA, flags=INFO, info=target,
                                 link=symtab, entsize=24, size=None,
                                 data=b"".join(struct.pack("<QQq", *r) for r in relas)))
        for section in sections:
            if section["kind"] == RELA:
                section["link"] = symtab
        sections.append(dict(name=".symtab", kind=SYMTAB, flags=0, info=1, link=symtab + 1, entsize=24, size=None,
                             data=b"".join(struct.pack("<IBBHQQ", *s) for s in self.symbols)))
        sections.append(dict(name=".strtab", kind=STRTAB, flags=0, info=0, link=0, entsize=0, size=None,
                             data=self.symbol_names.data))
        names = Strings()
        offsets = [names.add(s["name"]) for s in sections] + [names.add(".shstrtab")]
        sections.append(dict(name=".shstrtab", kind=STRTAB, flags=0, info=0, link=0, entsize=0, size=None,
                             data=names.data))
        headers = bytes(64)
        for at, s in zip(offsets, sections):
            out += bytes(-len(out) % 8)
            size = len(s["data"]) if s["size"] is None else s["size"]
            headers += struct.pack("<IIQQQQIIQQ", at, s["kind"], s["flags"], 0, len(out), size, s["link"], s["info"],
                                   8, s["entsize"])
            if s["kind"] != NOBITS:
                out += s["data"]
        out += bytes(-len(out) % 8)
        out[:64] = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01" + bytes(9), 1, EM_X86_64, 1, 0, 0, len(out),
                               0, 64, 0, 0, 64, len(sections) + 1, len(sections))
        return bytes(out + headers)


class Livepatch:
    """A module with its klp_patch in .data; what is made of it can be spoilt before bytes()."""

    def __init__(self, name="zoo", states=((1, 2), (10, 1)), replace=False, objects=((None, (("cmdline_proc_show", 0),)),),
                 mark=True, vermagic=VERMAGIC, enables=True, pre_patch=(), end=True, state_end=True):
        elf = self.elf = Elf()
        info = (["livepatch=Y"] if mark else []) + ["name=" + name, "license=GPL"] + (["vermagic=" + vermagic] if vermagic else [])
        self.modinfo = elf.section(".modinfo", b"".join(i.encode() + b"\0" for i in info))
        module = bytearray(MODULE)
        module[24:24 + len(name)] = name.encode()
        self.this_module = elf.section(".gnu.linkonce.this_module", module, flags=ALLOC | WRITE)
        # endbr64 in front, so that what is read before an operand is there.
        self.text = elf.section(".text", b"\xf3\x0f\x1e\xfa" + bytes(60), flags=ALLOC | EXEC)
        self.strings = elf.section(".rodata.str1.1")
        self.data = elf.section(".data", bytes(PATCH), flags=ALLOC | WRITE)
        self.sym_this = elf.symbol("__this_module", self.this_module, 0, MODULE, OBJECT, 1)
        self.sym_text = elf.symbol("", self.text, kind=SECTION)
        self.sym_strings = elf.symbol("", self.strings, kind=SECTION)
        self.sym_data = elf.symbol("", self.data, kind=SECTION)
        elf.symbol("patch", self.data, 0, PATCH)
        elf.reloc(self.this_module, INIT, elf.symbol("init_module", self.text, kind=FUNC, bind=1))
        elf.reloc(self.this_module, EXIT, elf.symbol("cleanup_module", self.text, kind=FUNC, bind=1))
        if enables:
            elf.symbol("klp_enable_patch", UNDEF, kind=0, bind=1)
            elf.reloc(self.text, 32, elf.indices["klp_enable_patch"], -4, R_PLT32)
        if pre_patch is None:
            pre_patch = ()
        elf.reloc(self.data, 0, self.sym_this)
        self.bytes_of(self.data)[24] = replace
        self.funcs = []
        arrays = []
        for _, functions in objects:
            at = self.room(FUNC_SIZE * (len(functions) + (1 if end else 0)))
            for i, (function, sympos) in enumerate(functions):
                self.string(at + i * FUNC_SIZE, function)
                elf.reloc(self.data, at + i * FUNC_SIZE + 8, self.sym_text)
                self.put(at + i * FUNC_SIZE + 16, sympos)
            arrays.append(at)
            self.funcs.append(at)
        self.objs = self.room(OBJECT_SIZE * (len(objects) + 1))
        for i, (obj, _) in enumerate(objects):
            if obj is not None:
                self.string(self.objs + i * OBJECT_SIZE, obj)
            elf.reloc(self.data, self.objs + i * OBJECT_SIZE + 8, self.sym_data, arrays[i])
            if i in pre_patch:
                elf.reloc(self.data, self.objs + i * OBJECT_SIZE + 16, self.sym_text)
        elf.reloc(self.data, 8, self.sym_data, self.objs)
        self.states = None
        if states is not None:
            self.states = self.room(STATE * (len(states) + (1 if state_end else 0)))
            self.bytes_of(self.data)[self.states:self.states + STATE * len(states)] = b"".join(
                struct.pack("<QII8x", i, v, 0) for i, v in states)
            elf.reloc(self.data, 16, self.sym_data, self.states)

    def bytes_of(self, section):
        return self.elf.sections[section - 1]["data"]

    def room(self, size):
        data = self.bytes_of(self.data)
        at = len(data)
        data += bytes(size)
        return at

    def put(self, at, value, size=8):
        self.bytes_of(self.data)[at:at + size] = value.to_bytes(size, "little")

    def string(self, at, text):
        strings = self.bytes_of(self.strings)
        self.elf.reloc(self.data, at, self.sym_strings, len(strings))
        strings += text.encode() + b"\0"

    def drop_reloc(self, at):
        relas = self.elf.relas[self.data]
        self.elf.relas[self.data] = [r for r in relas if r[0] != at]

    def bytes(self):
        return self.elf.bytes()


def btf(version=True, replace=True, states=True, block_disable=False, patch=PATCH, drop=(), name_len=512, mem=True):
    """Type information as of a kernel, of what klpscope asks for only."""
    strings, types = Strings(), []

    def add(name, kind, vlen, size_or_type, extra=b""):
        types.append(struct.pack("<III", strings.add(name) if name else 0, kind << 24 | vlen, size_or_type) + extra)
        return len(types)

    def struct_of(name, size, members):
        return add(name, 4, len(members), size,
                   b"".join(struct.pack("<III", strings.add(m), t, at * 8) for m, t, at in members if m not in drop))

    u64 = add("long unsigned int", 1, 0, 8, struct.pack("<I", 64))
    u32 = add("unsigned int", 1, 0, 4, struct.pack("<I", 32))
    u8 = add("_Bool", 1, 0, 1, struct.pack("<I", 8))
    char = add("char", 1, 0, 1, struct.pack("<I", 8))
    ptr = add("", 2, 0, 0)
    name = add("", 3, 0, 0, struct.pack("<III", char, u32, 56))
    if states:
        struct_of("klp_state", STATE, [("id", u64, 0)] + ([("version", u32, 8)] if version else []) +
                  ([("block_disable", u8, 8)] if block_disable else []) + [("data", ptr, 16)])
    callbacks = struct_of("klp_callbacks", 40, [("pre_patch", ptr, 0), ("post_patch", ptr, 8)])
    struct_of("klp_object", OBJECT_SIZE, [("name", ptr, 0), ("funcs", ptr, 8), ("callbacks", callbacks, 16)])
    struct_of("klp_func", FUNC_SIZE, [("old_name", ptr, 0), ("new_func", ptr, 8), ("old_sympos", u64, 16)])
    struct_of("klp_patch", patch, [("mod", ptr, 0), ("objs", ptr, 8)] + ([("states", ptr, 16)] if states else []) +
              ([("replace", u8, 24)] if replace else []))
    symbol = add("", 3, 0, 0, struct.pack("<III", char, u32, name_len))
    struct_of("kallsym_iter", 8 + name_len, [("pos", u64, 0), ("name", symbol, 8)])
    struct_of("module", MODULE, [("name", name, 24), ("init", ptr, INIT), ("exit", ptr, EXIT)] + ([("mem", ptr, 64)] if mem else []))
    body = b"".join(types)
    return struct.pack("<HBBIIIII", 0xeB9F, 1, 0, 24, 0, len(body), len(body), len(strings.data)) + body + strings.data


def btf_behind(header, there=24):
    """The same, with a header that says to have so many bytes, and of which so many are there."""
    plain = btf()
    return plain[:4] + struct.pack("<I", header) + plain[8:24] + bytes(there - 24) + plain[24:]
