# SPDX-License-Identifier: MIT
"""The machine the guest runs on: QEMU's virt board, time counted in instructions."""

import hashlib
import os
import subprocess
import tempfile

QEMU = "qemu-system-aarch64"
BOARD = "virt,gic-version=3,dtb-randomness=off"
CPU = "cortex-a57"
MEMORY = "1024"

# capacity-dmips-mhz of the two core types: what a Cortex-A7 does per MHz beside an A15.
LITTLE, BIG = 539, 1024

SEED = [f"{i:02x}" for i in range(64)]

# oops=panic and panic=-1: a guest that is broken ends instead of hanging.
# loglevel=5: warnings and worse on the console, the rest in the log fetched at the end.
# cryptomgr.notests: the kernel's ciphers are not under test here, and a second is a second.
CMDLINE = ("console=ttyAMA0 rdinit=/init loglevel=5 printk.time=1 oops=panic panic=-1 nokaslr "
           "log_buf_len=4M cryptomgr.notests=1")


def device_tree(lab, smp, biglittle):
    """The board's own device tree, with core types if asked for. It is the same in every run,
    the seed in it too: the guest's random numbers are ready at once and repeat."""
    version = subprocess.run([QEMU, "--version"], check=True, capture_output=True).stdout
    recipe = f"{version} {BOARD} {CPU} {MEMORY} {LITTLE} {BIG} {SEED}".encode()
    kind = "biglittle" if biglittle else "same"
    path = os.path.join(lab, "dtb",
                        f"smp{smp}-{kind}-{hashlib.sha256(recipe).hexdigest()[:12]}.dtb")
    if os.path.exists(path):
        return path

    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=os.path.dirname(path))
    os.close(handle)
    subprocess.run([QEMU, "-M", f"{BOARD},dumpdtb={draft}", "-cpu", CPU, "-smp", str(smp),
                    "-m", MEMORY, "-nodefaults", "-nic", "none", "-display", "none"],
                   check=True, capture_output=True)
    # Repacked: as dumped it has 1 MiB of padding, and with what QEMU adds the kernel's limit
    # of 2 MiB is passed.
    packed = draft + ".packed"
    subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dtb", "-o", packed, draft], check=True)
    os.replace(packed, draft)
    subprocess.run(["fdtput", "-t", "bx", draft, "/chosen", "rng-seed", *SEED], check=True)
    if biglittle:
        for cpu in range(smp):
            capacity = LITTLE if cpu < smp // 2 else BIG
            subprocess.run(["fdtput", "-t", "u", draft, f"/cpus/cpu@{cpu:x}",
                            "capacity-dmips-mhz", str(capacity)], check=True)
    os.replace(draft, path)    # two runs may make it at once
    return path


def beat_options(microseconds):
    """QEMU runs one CPU at a time, until something in virtual time is due: a busy CPU without
    timers keeps the others waiting. This is due again and again, unseen by the guest."""
    if not microseconds:
        return []
    return ["-netdev", "hubport,id=beat,hubid=0",
            "-object", f"filter-buffer,id=beat0,netdev=beat,interval={microseconds}"]


def command(kernel, initramfs, dtb, smp, append, console, results_fd, beat):
    """QEMU's command line. The results port is a file descriptor that QEMU inherits."""
    # setpriv: QEMU ends with its parent, however that ends.
    return ["setpriv", "--pdeathsig", "KILL",
            QEMU, "-M", BOARD, "-cpu", CPU, "-smp", str(smp), "-m", MEMORY,
            "-icount", "shift=1,sleep=off", "-rtc", "base=2026-01-01T00:00:00,clock=vm",
            "-nodefaults", "-nic", "none", "-display", "none", "-no-reboot",
            "-kernel", kernel, "-initrd", initramfs, "-dtb", dtb,
            "-append", f"{CMDLINE} {append}".strip(),
            "-chardev", f"file,id=console,path={console}", "-serial", "chardev:console",
            "-chardev", f"file,id=results,path=/dev/fd/{results_fd}",
            "-device", "pci-serial,chardev=results"] + beat_options(beat)
