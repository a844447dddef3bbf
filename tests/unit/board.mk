# SPDX-License-Identifier: MIT
UNIT_TESTS += $(B)/tests/test_board

$(B)/tests/test_board: $(B)/obj/tests/unit/test_board.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcriterion -lm
