# SPDX-License-Identifier: MIT

DNNCTL_OBJ := $(patsubst %.c,$(B)/obj/%.o,$(wildcard userspace/dnnctl/*.c))

PROGS += $(B)/bin/dnnctl

$(B)/bin/dnnctl: $(DNNCTL_OBJ) $(B)/lib/libdnnhint.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lnl-genl-3 -lnl-3
