# SPDX-License-Identifier: MIT
LAB_PROGS += $(B)/bin/govframes

$(B)/bin/govframes: $(B)/obj/tests/lab/progs/govframes.o $(B)/lib/libdnnhint.so.0
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs libnl-genl-3.0)
