# SPDX-License-Identifier: MIT
#
# make fuzz [FUZZ_SECONDS=60]: every target so long, two at a time; needs clang. A row of
# build/results/trust.csv for each.

FUZZ_NETDESC_SRC := $(addprefix tests/fuzz/,fuzz_netdesc.c file.c check.c) \
	$(TRAIN_NETDESC:%=engine/train/%.c) \
	$(addprefix engine/model/,bounds.c check.c error.c shape.c tensors.c)
FUZZ_DATASET_SRC := $(addprefix tests/fuzz/,fuzz_dataset.c file.c check.c) \
	$(sort $(wildcard engine/data/*.c))
FUZZ_ANSWERS_SRC := $(addprefix tests/fuzz/,fuzz_answers.c check.c) \
	$(sort $(wildcard userspace/libdnnhint/*.c))
FUZZ_ANSWERS_FLAGS = $(DNNHINT_CFLAGS) -Wl,--wrap=send -Wl,--wrap=recvfrom -Wl,--wrap=genl_connect

$(B)/fuzz/fuzz_netdesc: $(FUZZ_NETDESC_SRC) $(FUZZ_H) $(wildcard engine/train/*.h) | fuzz-clang
	@mkdir -p $(@D)
	$(FUZZ_CLANG) -o $@ $(filter %.c,$^) -lconfig -lz

$(B)/fuzz/fuzz_dataset: $(FUZZ_DATASET_SRC) $(FUZZ_H) $(wildcard engine/data/*.h) | fuzz-clang
	@mkdir -p $(@D)
	$(FUZZ_CLANG) -o $@ $(filter %.c,$^) -lz

$(B)/fuzz/fuzz_answers: $(FUZZ_ANSWERS_SRC) $(FUZZ_H) $(wildcard userspace/libdnnhint/*.h) | fuzz-clang
	@mkdir -p $(@D)
	$(FUZZ_CLANG) $(FUZZ_ANSWERS_FLAGS) -o $@ $(filter %.c,$^) $(DNNHINT_LDLIBS) -lz

# Seeds that are files of tests already.
$(B)/fuzz/image-seeds: $(B)/tests/test_run_image
	@mkdir -p $@
	RUN_IMAGE_SEEDS=$@ $< >/dev/null
	@touch $@

$(B)/fuzz/import-seeds: $(B)/onnx/expect.txt
	@mkdir -p $@
	find $(B)/onnx -name '*.onnx' -size -24k -exec cp -t $@ {} +
	@touch $@

FUZZ_TARGETS := model upgrade import image netdesc dataset answers

.PHONY: fuzz
fuzz: $(FUZZ_TARGETS:%=$(B)/fuzz/fuzz_%) $(FUZZ_TARGETS:%=$(B)/fuzz/%-seeds)
	@tests/fuzz/run $(B)/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)
