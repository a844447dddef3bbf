# SPDX-License-Identifier: MIT
UNIT_TESTS += $(B)/tests/test_splats

$(B)/obj/tests/unit/test_splats.o: CPPFLAGS += -Itests/lab/host
$(B)/tests/test_splats: $(addprefix $(B)/obj/tests/,unit/test_splats.o lab/host/splats.o lab/host/races.o)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcriterion
