# SPDX-License-Identifier: MIT
#
# make fuzz-image [FUZZ_SECONDS=60]: fuzz the readers of images; needs clang.

FUZZ_IMAGE := $(B)/fuzz/fuzz_image
FUZZ_IMAGE_SRC := tests/fuzz/fuzz_image.c \
	$(addprefix userspace/dyndnn-run/,image.c png.c jpeg.c pnm.c fit.c resample.c)

$(FUZZ_IMAGE): $(FUZZ_IMAGE_SRC) $(wildcard userspace/dyndnn-run/*.h)
	@mkdir -p $(@D)
	@command -v clang >/dev/null || { echo "fuzz-image needs clang: apt-get install clang"; exit 1; }
	clang $(CPPFLAGS) -std=gnu11 -O1 -g -Wall -Wextra -Werror -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=undefined -o $@ $(FUZZ_IMAGE_SRC) $(RUN_IMAGE_LIBS)

# Starts from the images that the unit test makes. A PNG's checksums stop most changes; the
# library's own fuzzers know more about it than this one.
.PHONY: fuzz-image
fuzz-image: $(FUZZ_IMAGE) $(B)/tests/test_run_image
	@mkdir -p $(B)/fuzz/image-corpus $(B)/fuzz/image-seeds
	RUN_IMAGE_SEEDS=$(B)/fuzz/image-seeds $(B)/tests/test_run_image
	$(FUZZ_IMAGE) -max_total_time=$(FUZZ_SECONDS) -max_len=16384 -print_final_stats=1 -timeout=20 \
		-rss_limit_mb=3072 -artifact_prefix=$(B)/fuzz/ \
		$(B)/fuzz/image-corpus $(B)/fuzz/image-seeds
