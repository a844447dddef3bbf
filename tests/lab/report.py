# SPDX-License-Identifier: MIT
"""What a guest says on its results port, and what its kernel log tells.

Lines of the port: "ok - TEXT", "not ok - TEXT", "skip - TEXT" (verdicts), "# TEXT" (shown),
"@boot UPTIME" (the scenario starts), "@done STATUS UPTIME" (it ended), and frames: "@result
ID NAME SIZE SHA256" or "@log ID NAME SIZE SHA256", lines "=ID BASE64", "@end ID"."""

import base64
import binascii
import hashlib
import os
import re

# Only lines with the kernel's time stamp count, and not the names of checks among them: a
# scenario may print what it likes.
_SPLAT = re.compile(
    r"\[ *\d+\.\d{6}\] (?!lab: ).*("
    r"WARNING:|BUG:|\bOops\b|Internal error:|Kernel panic|Unable to handle|Call trace:|"
    r"KASAN|UBSAN|KCSAN|KFENCE|ODEBUG:|refcount_t:|"
    r"possible (circular|recursive) locking|possible irq lock inversion|inconsistent lock state|"
    r"suspicious RCU usage|bad unlock balance|held lock freed|DEBUG_LOCKS_WARN_ON|"
    r"rcu:? .*(stall|self-detected|starved)|soft lockup|hard LOCKUP|blocked for more than|"
    r"scheduling while atomic|sleeping function called|list_(add|del) corruption|"
    r"kmemleak: [1-9]|kobject_add_internal failed|sysfs: cannot create duplicate|"
    r"Trying to vfree|Bad page state|double free|unregister_netdevice: waiting)")


def splats(text):
    """Lines of a kernel log that no healthy run has."""
    return [line for line in text.splitlines() if _SPLAT.search(line)]


class Report:
    def __init__(self, show, results):
        self.show = show            # called with (kind, text)
        self.results = results      # folder for the result files
        self.passed = self.failed = self.skipped = 0
        self.booted = self.done = self.status = None
        self.logs = {}
        self._frames = {}           # id: what is known of a frame that is under way
        self._rest = b""

    def feed(self, data):
        """Bytes as they come from the port."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._line(line.decode(errors="replace").strip("\r\0"))

    def _line(self, line):
        if line.startswith("="):
            ident, _, data = line[1:].partition(" ")
            if ident in self._frames:
                self._frames[ident][-1].append(data)
        elif line.startswith("ok - "):
            self.ok(line[5:])
        elif line.startswith("not ok - "):
            self.fail(line[9:])
        elif line.startswith("skip - "):
            self.skipped += 1
            self.show("skip", line[7:])
        elif line.startswith("# "):
            self.show("note", line[2:])
        elif line.startswith(("@result ", "@log ")):
            self._open(line)
        elif line.startswith("@end "):
            self._close(line[5:])
        elif line.startswith("@boot "):
            self.booted = float(line.split()[1])
            self.show("boot", "")
        elif line.startswith("@done "):
            self.status = int(line.split()[1])
            self.done = float(line.split()[2])
        elif line:
            self.fail(f"results port: line not understood: {line[:120]!r}")

    def ok(self, text):
        self.passed += 1
        self.show("ok", text)

    def fail(self, text):
        self.failed += 1
        self.show("fail", text)

    def _open(self, line):
        words = line.split()
        if len(words) != 5 or not words[3].isdigit() or not re.fullmatch(
                r"[A-Za-z0-9_-][A-Za-z0-9._-]*", words[2]):
            self.fail(f"results port: bad frame {line[:120]!r}")
            return
        self._frames[words[1]] = (words[0], words[2], int(words[3]), words[4], [])

    def _close(self, ident):
        if ident not in self._frames:
            return
        kind, name, size, checksum, lines = self._frames.pop(ident)
        try:
            data = base64.b64decode("".join(lines), validate=True)
        except binascii.Error:
            data = b""
        if len(data) != size or hashlib.sha256(data).hexdigest() != checksum:
            self.fail(f"results port: {name} was damaged on its way "
                      f"({len(data)} of {size} bytes)")
        elif kind == "@log":
            self.logs[name] = data.decode(errors="replace")
        else:
            os.makedirs(self.results, exist_ok=True)
            with open(os.path.join(self.results, name), "wb") as f:
                f.write(data)

    def finish(self):
        """The port is closed: what did not arrive whole?"""
        for frame in self._frames.values():
            self.fail(f"results port: {frame[1]} was cut short")
