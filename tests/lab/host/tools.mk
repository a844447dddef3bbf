# SPDX-License-Identifier: MIT
#
# The lab's programs for this machine; tests/lab/run calls this from the top folder before
# each run. It stands alone, so that a run needs no more than this folder builds.

B := build/lab/tools
SRC := tests/lab/host
CC := gcc
OPT ?= -O2 -g
CPPFLAGS := -D_GNU_SOURCE
CFLAGS := -std=gnu11 $(OPT) -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wundef $(SANITIZE)
OBJ := $(patsubst $(SRC)/%.c,$(B)/%.o,$(wildcard $(SRC)/*.c))

# Put in place whole: another run may be starting the one there is.
$(B)/judge: $(OBJ)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@.new $^ -lz -lm
	mv $@.new $@

$(B)/%.o: $(SRC)/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJ:.o=.d)
