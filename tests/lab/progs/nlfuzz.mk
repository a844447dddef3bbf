# SPDX-License-Identifier: MIT
LAB_PROGS += $(B)/bin/nlfuzz

NLFUZZ_OBJ := $(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/lab/progs/nlfuzz_*.c))

$(NLFUZZ_OBJ): CPPFLAGS += $(DNNHINT_CFLAGS)
$(B)/bin/nlfuzz: $(NLFUZZ_OBJ)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs libnl-genl-3.0)
