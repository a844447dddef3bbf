# SPDX-License-Identifier: MIT
PLANNER_KIT_OBJS := $(B)/obj/tests/unit/planner_kit.o $(PLANNER_OBJS)
PLANNER_TESTS := test_planner test_planner_levels test_planner_energy test_planner_bridge \
	test_planner_corners test_planner_edges test_planner_effort test_planner_give_way \
	test_planner_random test_planner_sharing test_planner_sim test_cost

UNIT_TESTS += $(PLANNER_TESTS:%=$(B)/tests/%)

$(PLANNER_KIT_OBJS) $(PLANNER_TESTS:%=$(B)/obj/tests/unit/%.o): CPPFLAGS += -Ikmod/dnn_gov
$(PLANNER_TESTS:%=$(B)/tests/%): $(B)/tests/%: $(B)/obj/tests/unit/%.o $(PLANNER_KIT_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcriterion

# Minutes where it is emulated; there the plans are compared with this machine's instead.
ifeq ($(EMULATOR),)
UNIT_TESTS += $(B)/tests/test_oracle
endif

$(B)/obj/tests/unit/test_oracle.o: CPPFLAGS += -Ikmod/dnn_gov
$(B)/tests/test_oracle: $(B)/obj/tests/unit/test_oracle.o $(ORACLE_OBJS) $(PLANNER_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcriterion -lm
