# SPDX-License-Identifier: MIT
"""The guest's initramfs: busybox, the kernel's cpufreq governors, our modules and programs
with the libraries they need, and one scenario. Small enough to be written for each run."""

import os
import re
import shlex
import subprocess

from cpio import Archive

READELF = "aarch64-linux-gnu-readelf"
TRIPLET = "aarch64-linux-gnu"

# Debian's modules a scenario may ask for by name; what they depend on comes along.
KERNEL_MODULES = (
    "cpufreq_conservative",
    "cpufreq_ondemand",
    "cpufreq_powersave",
    "cpufreq_userspace",
)


class Missing(Exception):
    """Something the image needs is not there; the text says what to do."""


def _is_elf(path):
    with open(path, "rb") as f:
        return f.read(4) == b"\x7fELF"


def _needed(path):
    """Shared libraries a program or library names itself, its interpreter included."""
    out = subprocess.run([READELF, "-ldW", path], check=True, capture_output=True, text=True,
                         env={**os.environ, "LC_ALL": "C"}).stdout
    return (re.findall(r"\(NEEDED\).*\[(.+)\]", out) +
            [os.path.basename(p) for p in re.findall(r"program interpreter: (.+)\]", out)])


def _libraries(programs, places):
    """Every library that the programs need, directly or not: {soname: host path}."""
    found, todo = {}, [(p, n) for p in programs for n in _needed(p)]
    while todo:
        user, name = todo.pop()
        if name in found:
            continue
        for place in places:
            path = os.path.join(place, name)
            if os.path.exists(path):
                break
        else:
            raise Missing(f"{os.path.basename(user)} needs {name}, which is neither built nor in "
                          "the sysroot (its package belongs into scripts/lab-fetch)")
        found[name] = os.path.realpath(path)
        todo += [(path, n) for n in _needed(path)]
    return found


def _depends(module):
    """Names of the modules that a .ko says it depends on."""
    with open(module, "rb") as f:
        match = re.search(rb"\0depends=([^\0]*)\0", f.read())
    return [n.replace("-", "_") for n in match[1].decode().split(",") if n] if match else []


def _kernel_modules(archive, root, release):
    top = os.path.join(root, "lib/modules", release)
    files = {}
    for folder, _, names in os.walk(top):
        for name in names:
            if name.endswith(".ko"):
                files[name[:-3].replace("-", "_")] = os.path.join(folder, name)

    deps, todo = {}, list(KERNEL_MODULES)
    while todo:
        name = todo.pop()
        if name in deps or name not in files:
            continue    # what is no file is built in
        deps[name] = _depends(files[name])
        todo += deps[name]

    def closure(name):
        direct = [d for d in deps[name] if d in deps]
        return direct + [i for d in direct for i in closure(d)]

    table = ""
    for name in sorted(deps):
        archive.file(f"lib/modules/{release}/{name}.ko", files[name])
        table += f"{name}.ko:" + "".join(f" {d}.ko" for d in closure(name)) + "\n"
    archive.data(f"lib/modules/{release}/modules.dep", table.encode())


def _our_modules(archive, kmod):
    for folder, _, names in sorted(os.walk(kmod)):
        for name in sorted(names):
            if name.endswith(".ko"):
                archive.file(f"lib/modules/dnn/{name}", os.path.join(folder, name))


def write(out, lab, guest, scenario, arguments, files):
    """Write the initramfs to the open file out. lab is build/lab, guest the folder with init
    and lib.sh, files a list of (host path, guest path)."""
    sysroot = os.path.join(lab, "sysroot")
    built = os.path.join(lab, "bin")
    with open(os.path.join(lab, "release")) as f:
        release = f.read().strip()

    archive = Archive(out)
    for folder in ("dev", "proc", "sys", "tmp", "run", "root", "etc", "var/tmp"):
        archive.folder(folder)
    archive.char("dev/console", 5, 1)
    archive.char("dev/null", 1, 3, 0o666)
    archive.file("bin/busybox", os.path.join(sysroot, "usr/bin/busybox"))
    archive.link("bin/sh", "busybox")
    archive.data("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n"
                 b"nobody:x:65534:65534:nobody:/tmp:/bin/sh\n")
    archive.data("etc/group", b"root:x:0:\nnogroup:x:65534:\n")
    _kernel_modules(archive, os.path.join(lab, "image"), release)
    _our_modules(archive, os.path.join(lab, "kmod"))

    programs = []
    if os.path.isdir(built):
        for name in sorted(os.listdir(built)):
            path = os.path.join(built, name)
            if os.path.isfile(path):
                archive.file(f"usr/bin/{name}", path)
                programs.append(path)
    for source, target in files:
        archive.tree(target, source)
        if os.path.isfile(source):
            programs.append(source)

    places = [os.path.join(lab, "lib"), f"{sysroot}/usr/lib/{TRIPLET}", f"{sysroot}/usr/lib"]
    for name, path in sorted(_libraries([p for p in programs if _is_elf(p)], places).items()):
        archive.file(f"lib/{name}", path)

    archive.file("lab/lib.sh", os.path.join(guest, "lib.sh"))
    archive.file("lab/scenario.sh", scenario)
    archive.data("lab/arguments", ("set -- " + shlex.join(arguments) + "\n").encode())
    with open(os.path.join(guest, "init"), "rb") as f:
        archive.data("init", f.read(), 0o755)
    archive.close()
