# SPDX-License-Identifier: MIT
UNIT_TESTS += $(B)/tests/test_eval

$(B)/obj/tests/unit/test_eval.o: CPPFLAGS += -Iengine/data -Iengine/eval
$(B)/tests/test_eval: $(B)/obj/tests/unit/test_eval.o $(B)/obj/tests/unit/small_model.o \
		$(B)/obj/tests/unit/shell_kit.o \
		$(EVAL_OBJS) $(B)/obj/engine/eval/chart.o $(DATASET_OBJS) $(DYNDNN_A) \
		| $(B)/bin/dyndnn-eval $(B)/bin/dyndnn-plot
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(DYNDNN_A) $(DYNDNN_LDLIBS) -lpthread \
		-lcriterion
