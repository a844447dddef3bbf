# SPDX-License-Identifier: MIT
LAB_PROGS += $(B)/bin/hint_test

HINT_TEST_OBJ := $(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/lab/progs/hint_*.c))

$(patsubst %,$(B)/obj/tests/lab/progs/hint_%.o,refusals people rights replies extremes): \
	CPPFLAGS += $(DNNHINT_CFLAGS)

# The library's parts, not its archive: some tests send what the library would not.
$(B)/bin/hint_test: $(HINT_TEST_OBJ) \
		$(patsubst %.c,$(B)/obj/%.o,$(wildcard userspace/libdnnhint/*.c)) \
		$(B)/lib/libdyndnn_runtime.a $(B)/lib/libdyndnn.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lXNNPACK -lpthreadpool -lz -lm -lnl-genl-3 -lnl-3
