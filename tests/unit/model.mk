# SPDX-License-Identifier: MIT

MODEL_TESTS := $(B)/tests/test_model $(B)/tests/test_engine $(B)/tests/test_session
UNIT_TESTS += $(MODEL_TESTS)

$(B)/tests/test_engine: $(B)/obj/tests/unit/reference_net.o
$(B)/tests/test_model: $(addprefix $(B)/obj/tests/fuzz/,fields.o seeds.o)
$(MODEL_TESTS): $(B)/tests/%: $(B)/obj/tests/unit/%.o $(B)/obj/tests/unit/small_model.o $(DYNDNN_A)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(DYNDNN_A) $(DYNDNN_LDLIBS) -lcriterion

# It runs the tool, too.
$(B)/tests/test_model: | $(B)/bin/dyndnn-tool
