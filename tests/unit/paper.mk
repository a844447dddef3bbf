# SPDX-License-Identifier: MIT
UNIT_TESTS += $(B)/tests/test_paper

$(B)/obj/tests/unit/test_paper.o: CPPFLAGS += $(PAPER_CPPFLAGS)
$(B)/tests/test_paper: $(B)/obj/tests/unit/test_paper.o $(PAPER_PART_OBJS) $(DYNDNN_A)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(DYNDNN_A) $(DYNDNN_LDLIBS) -lcriterion
