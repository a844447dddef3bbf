# SPDX-License-Identifier: MIT
# dyndnn-import, for this machine only. Link $(IMPORT_OBJS), libdyndnn.a and $(IMPORT_LIBS).

# The description of ONNX files is Debian's; the code that reads it is made here.
ONNX_PROTO_DIR := /usr/include/onnx
ONNX_GEN := $(B)/gen/onnx
ONNX_C := $(ONNX_GEN)/onnx.pb-c.c
IMPORT_CPPFLAGS := -I$(ONNX_GEN)

IMPORT_SRC := $(filter-out %/main.c,$(sort $(wildcard engine/import/*.c)))
IMPORT_OBJS := $(IMPORT_SRC:%.c=$(B)/obj/%.o) $(B)/obj/onnx.pb-c.o
IMPORT_LIBS := -lprotobuf-c $(DYNDNN_LDLIBS)

NATIVE_ONLY_PROGS += $(B)/bin/dyndnn-import

$(ONNX_C): engine/import/build.mk
	@mkdir -p $(@D)
	protoc-c --c_out=$(@D) -I$(ONNX_PROTO_DIR) onnx.proto

$(B)/obj/onnx.pb-c.o: $(ONNX_C)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/engine/import/%.o: CPPFLAGS += $(IMPORT_CPPFLAGS)
$(filter-out $(B)/obj/onnx.pb-c.o,$(IMPORT_OBJS)) $(B)/obj/engine/import/main.o: | $(ONNX_C)

$(B)/bin/dyndnn-import: $(B)/obj/engine/import/main.o $(IMPORT_OBJS) $(B)/lib/libdyndnn.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(IMPORT_LIBS)
