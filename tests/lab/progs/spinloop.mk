# SPDX-License-Identifier: MIT
LAB_PROGS += $(B)/bin/spinloop

$(B)/bin/spinloop: $(B)/obj/tests/lab/progs/spinloop.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -static -o $@ $<
