# SPDX-License-Identifier: MIT
#
# In Criterion's place, so that the rules of the tests hold for all targets: for those that are
# emulated, and for mutants, whose tests a fork each makes many times as fast.

RUNNER := $(B)/lib/libcriterion.a
CPPFLAGS += -Itests/cross/include
LDFLAGS += -L$(B)/lib

$(RUNNER): $(B)/obj/tests/cross/runner.o
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

# Criterion is a system's header, whose macros may compare signed with unsigned, and hide from the
# compiler that a test goes on after an assertion which does not end it.
$(B)/obj/tests/unit/%.o: CFLAGS += -Wno-sign-compare -Wno-maybe-uninitialized
