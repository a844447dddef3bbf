# SPDX-License-Identifier: MIT
#
# libdyndnn and the tools around a .dnn file.

DYNDNN_VERSION := 0.1.0
DYNDNN_LDLIBS := -lXNNPACK -lpthreadpool -lz -lm

DYNDNN_SRC := $(addprefix engine/model/,blob.c bounds.c check.c error.c load.c \
		section.c shape.c tensors.c verify.c) \
	$(addprefix engine/infer/,buffers.c compute_onednn.c compute_xnnpack.c input.c logits.c \
		onednn_api.c onednn_memory.c onednn_plan.c operator_f32.c operator_s8.c \
		operator_u8.c rows.c run.c schedule.c schedule_file.c session.c winograd.c \
		winograd_tile.c workers.c xnnpack_kernels.c)
DYNDNN_OBJ := $(DYNDNN_SRC:%.c=$(B)/obj/%.o)
# The writer is for the trainer, the tools and the tests: in the .a only.
DYNDNN_WRITER_OBJ := $(B)/obj/engine/model/writer.o
DYNDNN_A := $(B)/lib/libdyndnn.a
DYNDNN_SO := $(B)/lib/libdyndnn.so.0

LIBS += $(DYNDNN_SO) $(DYNDNN_A) $(B)/lib/pkgconfig/libdyndnn.pc

$(DYNDNN_A): $(DYNDNN_OBJ) $(DYNDNN_WRITER_OBJ)
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

$(DYNDNN_SO): $(DYNDNN_OBJ) engine/libdyndnn.map
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(@F) -Wl,-z,defs \
		-Wl,--version-script=engine/libdyndnn.map -o $@ $(DYNDNN_OBJ) $(DYNDNN_LDLIBS)
	ln -sf $(@F) $(@D)/libdyndnn.so

$(B)/lib/pkgconfig/libdyndnn.pc: engine/libdyndnn.pc.in engine/build.mk
	@mkdir -p $(@D)
	sed -e 's|@PREFIX@|$(or $(PREFIX),/usr/local)|' -e 's|@VERSION@|$(DYNDNN_VERSION)|' $< >$@

DYNDNN_TOOLS := $(B)/bin/dyndnn-tool $(B)/bin/dyndnn-bench
PROGS += $(DYNDNN_TOOLS)

$(B)/bin/dyndnn-tool: $(addprefix $(B)/obj/engine/tools/,dyndnn-tool.o random_model.o upgrade.o)
$(B)/bin/dyndnn-bench: $(addprefix $(B)/obj/engine/tools/,dyndnn-bench.o samples.o)
$(DYNDNN_TOOLS): $(DYNDNN_A)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(DYNDNN_LDLIBS)
