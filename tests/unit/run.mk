# SPDX-License-Identifier: MIT
# What decodes and fits images: all that its test, and fuzzing, need of dyndnn-run.
RUN_IMAGE_PARTS := image png jpeg pnm fit resample
RUN_PLOT_PARTS := plot plot_text khz
RUN_TEST_PARTS := cadence cpulist escape files histogram source $(RUN_PLOT_PARTS) $(RUN_IMAGE_PARTS)
RUN_TESTS := $(B)/tests/test_run_image $(B)/tests/test_run_parts
# It runs programs, which the kernel would have to know an emulator for.
ifeq ($(EMULATOR),)
RUN_TESTS += $(B)/tests/test_run
endif

UNIT_TESTS += $(RUN_TESTS)

$(RUN_TESTS:$(B)/tests/%=$(B)/obj/tests/unit/%.o): CPPFLAGS += -I. -DBIN='"$(B)/bin"'

$(B)/tests/test_run: $(DATASET_OBJS) | $(B)/bin/dyndnn-run
$(B)/tests/test_run_image: $(RUN_IMAGE_PARTS:%=$(B)/obj/userspace/dyndnn-run/%.o)
$(B)/tests/test_run_parts: $(RUN_TEST_PARTS:%=$(B)/obj/userspace/dyndnn-run/%.o) \
	$(B)/obj/userspace/dnnrun/draw.o $(DATASET_OBJS)
$(RUN_TESTS): $(B)/tests/%: $(B)/obj/tests/unit/%.o $(B)/obj/tests/unit/image_kit.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(RUN_IMAGE_LIBS) -lcriterion -lz -lm
