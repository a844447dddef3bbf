# SPDX-License-Identifier: MIT
NATIVE_ONLY_PROGS += $(B)/bin/governors_oracle

GOVERNORS_ORACLE_OBJS := $(patsubst %,$(B)/obj/%.o, \
	tests/bench/governors_oracle tests/unit/oracle_optimal userspace/dnnrun/framelog)

$(B)/obj/tests/unit/oracle_optimal.o: CPPFLAGS += -Ikmod/dnn_gov
$(B)/obj/tests/bench/governors_oracle.o: CPPFLAGS += -I. -Ikmod/dnn_gov -Itests/unit
$(B)/bin/governors_oracle: $(GOVERNORS_ORACLE_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lm
