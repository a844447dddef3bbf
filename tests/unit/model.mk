# SPDX-License-Identifier: MIT

MODEL_TESTS := $(addprefix $(B)/tests/,test_model test_engine test_session)
# They ask the kernel about pages, calls and threads' time, for which an emulator answers otherwise.
ifeq ($(EMULATOR),)
MODEL_TESTS += $(B)/tests/test_promises $(B)/tests/test_workers
endif
UNIT_TESTS += $(MODEL_TESTS)

$(B)/tests/test_engine: $(B)/obj/tests/unit/reference_net.o
$(B)/tests/test_model: $(addprefix $(B)/obj/tests/,fuzz/fields.o fuzz/seeds.o unit/shell_kit.o)
$(B)/tests/test_promises: $(B)/obj/tests/unit/alloc_count.o $(B)/obj/engine/eval/resident.o
$(MODEL_TESTS): $(B)/tests/%: $(B)/obj/tests/unit/%.o $(B)/obj/tests/unit/small_model.o $(DYNDNN_A)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(DYNDNN_A) $(DYNDNN_LDLIBS) -lcriterion

# It runs the tool, too.
$(B)/tests/test_model: | $(B)/bin/dyndnn-tool
