"""A census of a Swift process's heap, from outside: how many live objects of each class there are, and their bytes.

Walks the chunks of glibc's arenas through /proc/PID/mem, reads the metadata pointer that each Swift object begins with,
and names its class by the program's symbols. Arrays, and memory that is no object, are named after the object that
points to them. What is left, such as what C code allocates and free chunks in the caches of threads, is `other`. Made
for glibc 2.35 and newer on 64-bit Linux; on others it finds little.
"""

import functools
import os
import struct
import subprocess
from collections import Counter, defaultdict
from pathlib import Path

ARENA_ALIGNMENT = 64 << 20
# Class metadata without Objective-C: the pointer to the type's descriptor (swift/ABI/Metadata.h).
DESCRIPTOR_OFFSET = 40
# Kinds of metadata that no type has (swift/ABI/MetadataKind.def).
HEAP_LOCAL_VARIABLE = 0x400
TASK = 0x502
ARRAY = "_ContiguousArrayStorageCMn"


class Process:
    """The memory and the symbols of a process."""

    def __init__(self, pid):
        self.memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
        self.maps = []
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            fields = line.split(maxsplit=5)
            start, end = (int(part, 16) for part in fields[0].split("-"))
            self.maps.append((start, end, fields[1], int(fields[2], 16), fields[5] if len(fields) > 5 else ""))
        self.names = {}

    @functools.cached_property
    def symbols(self):
        """The type descriptors (`...Mn`) of the program and its libraries."""
        symbols = {}
        files = {path: start for start, _, _, offset, path in reversed(self.maps)
                 if path.startswith("/") and not offset}
        for path, base in files.items():
            for option in ("-a", "-D"):
                listing = subprocess.run(["nm", option, path], capture_output=True, text=True).stdout
                for line in listing.splitlines():
                    fields = line.split()
                    if len(fields) == 3 and fields[2].startswith("$s") and fields[2].endswith("Mn"):
                        symbols[base + int(fields[0], 16)] = fields[2]
        return symbols

    def read(self, address, count):
        try:
            return os.pread(self.memory, count, address)
        except (OSError, OverflowError):
            return b""

    def word(self, address):
        data = self.read(address, 8)
        return struct.unpack("Q", data)[0] if len(data) == 8 else None

    def name(self, first):
        """The class of an object that begins with a word."""
        if first not in self.names:
            name = None
            if first > 4096 and first % 8 == 0:
                descriptor = self.word(first + DESCRIPTOR_OFFSET)
                name = self.symbols.get(descriptor)
                if name is None and self.word(first) == HEAP_LOCAL_VARIABLE:
                    name = "closures and boxes"
            self.names[first] = name or "other"
        return self.names[first]

    def close(self):
        os.close(self.memory)


def chunks(data, offset):
    """The (offset, size) of the chunks in use; None if there are no chunks from this offset on."""
    found = []
    while offset + 16 <= len(data):
        size = struct.unpack_from("Q", data, offset + 8)[0] & ~7
        if size < 32 or size % 16:
            # Beyond the top chunk there are zeros.
            return found if size == 0 and len(found) > 16 else None
        following = offset + size
        if following + 16 > len(data):
            return found if following <= len(data) else None
        if struct.unpack_from("Q", data, following + 8)[0] & 1:
            found.append((offset, size))
        offset = following
    return found


def blocks(process):
    """What is on the heap: the addresses and the contents."""
    for start, end, permissions, _, path in process.maps:
        if permissions[:2] != "rw" or not (path == "[heap]" or (not path and start % ARENA_ALIGNMENT == 0)):
            continue
        data = process.read(start, end - start)
        offsets = [0] if path == "[heap]" else range(0x20, 0x1000, 16)
        for offset in offsets:
            if (found := chunks(data, offset)) is not None:
                break
        for offset, size in found or []:
            yield start + offset + 16, data[offset + 16:offset + size + 8]


def tasks(pid):
    """How many tasks of Swift's concurrency a process has, those that wait included."""
    process = Process(pid)
    firsts = Counter(struct.unpack_from("Q", body)[0] for _, body in blocks(process))
    count = sum(times for first, times in firsts.items() if process.word(first) == TASK)
    process.close()
    return count


def census(pid):
    """The live objects of a process: {class: (count, bytes)}."""
    process = Process(pid)
    objects, owned = [], {}
    for address, body in blocks(process):
        name = process.name(struct.unpack_from("Q", body)[0])
        if name == "other" or name.endswith(ARRAY):
            owned[address] = (name, len(body) + 8)
        if name != "other":
            objects.append((name, address, body))
    process.close()

    sums = defaultdict(lambda: [0, 0])

    def count(name, size):
        sums[name][0] += 1
        sums[name][1] += size

    for name, address, body in objects:
        if not name.endswith(ARRAY):
            count((name, ""), len(body) + 8)
        for word in struct.unpack(f"{len(body) // 8}Q", body[:len(body) // 8 * 8])[2:]:
            if word in owned and word != address:
                what, size = owned.pop(word)
                count((name, "memory of " if what == "other" else "array of "), size)
    for name, size in owned.values():
        count((name, ""), size)
    names = demangled({name for name, _ in sums})
    return {prefix + names[name]: tuple(entry) for (name, prefix), entry in sums.items()}


def demangled(names):
    """Readable names of symbols, by the symbols; other names stay."""
    symbols = sorted(name for name in names if name.startswith("$s"))
    readable = {name: name for name in names}
    if symbols:
        command = ["swift", "demangle", "--compact", *symbols]
        lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
        readable |= {name: line.removeprefix("nominal type descriptor for ") for name, line in zip(symbols, lines)}
    return readable
