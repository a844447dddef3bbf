# SPDX-License-Identifier: MIT
UNIT_TESTS += $(B)/tests/test_dnnrun

$(B)/obj/tests/unit/test_dnnrun.o: CPPFLAGS += -I.
$(B)/tests/test_dnnrun: $(addprefix $(B)/obj/,tests/unit/test_dnnrun.o userspace/dnnrun/framelog.o \
		userspace/dnnrun/phase.o)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcriterion
