# SPDX-License-Identifier: MIT
#
# libdyndnn_runtime: the co-scheduling client.

RUNTIME_VERSION := 0.1.0
RUNTIME_DIR := engine/runtime
RUNTIME_SRC := $(wildcard $(RUNTIME_DIR)/*.c)
RUNTIME_OBJ := $(RUNTIME_SRC:%.c=$(B)/obj/%.o)
RUNTIME_A := $(B)/lib/libdyndnn_runtime.a
RUNTIME_SO := $(B)/lib/libdyndnn_runtime.so.0

LIBS += $(RUNTIME_SO) $(RUNTIME_A) $(B)/lib/pkgconfig/libdyndnn_runtime.pc

# One object, in which only the public names are global: a program's own names cannot clash.
# Unit tests of the parts link $(RUNTIME_OBJ) instead.
$(B)/obj/dyndnn_runtime.o: $(RUNTIME_OBJ)
	$(CC) -r -nostdlib -o $@ $^
	$(patsubst %ar,%objcopy,$(lastword $(AR))) -w --keep-global-symbol='dyndnn_client_*' $@

$(RUNTIME_A): $(B)/obj/dyndnn_runtime.o
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

$(RUNTIME_SO): $(RUNTIME_OBJ) $(RUNTIME_DIR)/libdyndnn_runtime.map $(B)/lib/libdyndnn.so.0 \
		$(B)/lib/libdnnhint.so.0
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(@F) -Wl,-z,defs \
		-Wl,--version-script=$(RUNTIME_DIR)/libdyndnn_runtime.map -o $@ $(RUNTIME_OBJ) \
		-L$(B)/lib -Wl,-rpath-link,$(B)/lib -ldyndnn -ldnnhint
	ln -sf $(@F) $(@D)/libdyndnn_runtime.so

$(B)/lib/pkgconfig/libdyndnn_runtime.pc: $(RUNTIME_DIR)/libdyndnn_runtime.pc.in \
		$(RUNTIME_DIR)/build.mk
	@mkdir -p $(@D)
	sed -e 's|@PREFIX@|$(or $(PREFIX),/usr/local)|' -e 's|@VERSION@|$(RUNTIME_VERSION)|' $< >$@
