# SPDX-License-Identifier: MIT
"""Write a "newc" cpio archive, the format of an initramfs, without root: device nodes,
owners and modes are only fields of the archive."""

import os
import stat


class Archive:
    def __init__(self, out):
        self.out = out
        self.inode = 0
        self.folders = set()

    def _entry(self, name, mode, data=b"", rdev=(0, 0), mtime=0):
        name = name.strip("/")
        raw = name.encode() + b"\0"
        self.inode += 1
        fields = (self.inode, mode, 0, 0, 1, mtime, len(data), 0, 0, *rdev, len(raw), 0)
        head = b"070701" + b"".join(b"%08X" % f for f in fields) + raw
        self.out.write(head + b"\0" * (-len(head) % 4))
        self.out.write(data)
        self.out.write(b"\0" * (-len(data) % 4))

    def folder(self, name):
        """A folder and those it lies in; the kernel unpacks no file into a missing one."""
        name = name.strip("/")
        if not name or name in self.folders:
            return
        self.folder(os.path.dirname(name))
        self.folders.add(name)
        self._entry(name, stat.S_IFDIR | 0o755)

    def data(self, name, data, mode=0o644):
        self.folder(os.path.dirname(name.strip("/")))
        self._entry(name, stat.S_IFREG | mode, data)

    def file(self, name, source):
        """A host file; what may be executed on the host may be executed in the guest."""
        with open(source, "rb") as f:
            data = f.read()
        mode = 0o755 if os.stat(source).st_mode & 0o100 else 0o644
        self.data(name, data, mode)

    def tree(self, name, source):
        """A host file, or a folder with all below it."""
        if not os.path.isdir(source):
            self.file(name, source)
            return
        self.folder(name)
        for entry in sorted(os.listdir(source)):
            self.tree(f"{name.rstrip('/')}/{entry}", os.path.join(source, entry))

    def link(self, name, target):
        self.folder(os.path.dirname(name.strip("/")))
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def char(self, name, major, minor, mode=0o600):
        self.folder(os.path.dirname(name.strip("/")))
        self._entry(name, stat.S_IFCHR | mode, rdev=(major, minor))

    def close(self):
        self._entry("TRAILER!!!", 0)
        self.out.write(b"\0" * (-self.out.tell() % 512))
