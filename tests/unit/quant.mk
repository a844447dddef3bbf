# SPDX-License-Identifier: MIT
QUANT_TESTS := $(B)/tests/test_engine_s8 $(B)/tests/test_quant
UNIT_TESTS += $(QUANT_TESTS)

$(B)/tests/test_engine_s8: $(B)/obj/tests/unit/reference_s8.o
# It runs the tools, too.
$(B)/tests/test_quant: $(QUANT_OBJS) $(B)/obj/tests/unit/shell_kit.o | $(B)/bin/dyndnn-quantize $(B)/bin/dyndnn-tool $(B)/bin/dyndnn-eval
$(QUANT_TESTS): $(B)/tests/%: $(B)/obj/tests/unit/%.o $(B)/obj/tests/unit/small_model.o $(DYNDNN_A)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(DYNDNN_A) $(DYNDNN_LDLIBS) -lcriterion
