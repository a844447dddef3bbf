# SPDX-License-Identifier: MIT
MAPPING_TESTS := test_mapping test_core_cost

UNIT_TESTS += $(MAPPING_TESTS:%=$(B)/tests/%)

$(MAPPING_OBJS) $(MAPPING_TESTS:%=$(B)/obj/tests/unit/%.o): CPPFLAGS += -Ikmod/dnn_gov
$(MAPPING_TESTS:%=$(B)/tests/%): $(B)/tests/%: $(B)/obj/tests/unit/%.o $(MAPPING_OBJS) \
		$(B)/obj/tests/unit/planner_kit.o $(PLANNER_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcriterion
