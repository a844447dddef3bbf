# SPDX-License-Identifier: MIT
UNIT_TESTS += $(B)/tests/test_dnnpower

$(B)/obj/tests/unit/test_dnnpower.o: CPPFLAGS += -I. -DBIN='"$(B)/bin"'
$(B)/tests/test_dnnpower: $(B)/obj/tests/unit/test_dnnpower.o \
		$(filter-out %/main.o,$(patsubst %.c,$(B)/obj/%.o,$(wildcard userspace/dnnpower/*.c))) | \
		$(B)/bin/dnnpower
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lsensors -lcriterion -lm
