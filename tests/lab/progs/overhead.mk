# SPDX-License-Identifier: MIT
LAB_PROGS += $(B)/bin/overhead

# The library as it is shipped: overhead.c stands between it and the C library's calls.
$(B)/bin/overhead: $(B)/obj/tests/lab/progs/overhead.o $(B)/lib/libdnnhint.so.0
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ $(shell $(PKG_CONFIG) --libs libnl-genl-3.0)
