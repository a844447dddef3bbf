# SPDX-License-Identifier: MIT
#
# Building for a board, with unit tests that run here under emulation: the top Makefile reads
# this for TARGET=arm64 and armhf. No modules: those are built against the board's own kernel.

include tests/cross/target.mk

EMULATOR := qemu-$(if $(filter armhf,$(TARGET)),arm,aarch64) -L $(SYSROOT)

include tests/cross/runner.mk

.PHONY: sysroot
sysroot: deps-cross
	@scripts/sysroot-fetch $(TARGET)
