# SPDX-License-Identifier: MIT
# dnnsim: plays whole platforms with the planner and the mapping that the module has.
SIM_DIR := tests/sim
SIM_SRC := $(wildcard $(SIM_DIR)/*.c)
# All but main(), for tests of the parts.
SIM_PART_OBJS = $(patsubst %.c,$(B)/obj/%.o,$(filter-out %/main.c,$(SIM_SRC))) \
	$(PLANNER_OBJS) $(MAPPING_OBJS) $(B)/obj/tests/unit/oracle_optimal.o

$(SIM_SRC:%.c=$(B)/obj/%.o): CPPFLAGS += -I$(SIM_DIR) -Ikmod/dnn_gov -Itests/unit
$(B)/obj/tests/unit/oracle_optimal.o: CPPFLAGS += -Ikmod/dnn_gov

$(B)/bin/dnnsim: $(B)/obj/$(SIM_DIR)/main.o $(SIM_PART_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(sort $^) -lm
