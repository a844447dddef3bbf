# SPDX-License-Identifier: MIT
# The models are written by Debian's python3-onnx, which another python3 would not find.
ONNX_MODELS := $(B)/onnx

UNIT_TESTS += $(B)/tests/test_import

$(ONNX_MODELS)/expect.txt: tests/onnx/make_models.py tests/onnx/reference.py
	rm -rf $(@D)
	/usr/bin/python3 -B $< $(@D)

$(B)/obj/tests/unit/test_import.o: CPPFLAGS += -DONNX_MODELS='"$(ONNX_MODELS)"' -DBIN='"$(B)/bin"'
$(B)/tests/test_import: $(B)/obj/tests/unit/test_import.o $(IMPORT_OBJS) $(B)/lib/libdyndnn.a \
		| $(ONNX_MODELS)/expect.txt $(B)/bin/dyndnn-import
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcriterion $(IMPORT_LIBS)
