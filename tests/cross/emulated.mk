# SPDX-License-Identifier: MIT
#
# Building for a board, with unit tests that run here under emulation: the top Makefile reads
# this for TARGET=arm64 and armhf. No modules: those are built against the board's own kernel.

include tests/cross/target.mk

EMULATOR := qemu-$(if $(filter armhf,$(TARGET)),arm,aarch64) -L $(SYSROOT)

# In Criterion's place, so that the rules of the tests hold for all targets.
RUNNER := $(B)/lib/libcriterion.a
CPPFLAGS += -Itests/cross/include
LDFLAGS += -L$(B)/lib

$(RUNNER): $(B)/obj/tests/cross/runner.o
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

.PHONY: sysroot
sysroot: deps-cross
	@scripts/sysroot-fetch $(TARGET)

# Criterion is a system's header, whose macros may compare signed with unsigned.
$(B)/obj/tests/unit/%.o: CFLAGS += -Wno-sign-compare
