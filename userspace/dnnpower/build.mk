# SPDX-License-Identifier: MIT

DNNPOWER_OBJS := $(patsubst %.c,$(B)/obj/%.o,$(wildcard userspace/dnnpower/*.c))

$(B)/bin/dnnpower: $(DNNPOWER_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lsensors

PROGS += $(B)/bin/dnnpower
