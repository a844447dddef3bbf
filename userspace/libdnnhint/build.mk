# SPDX-License-Identifier: MIT
#
# libdnnhint: the governor's client library.

DNNHINT_VERSION := 0.1.0
DNNHINT_DIR := userspace/libdnnhint
DNNHINT_CFLAGS := $(shell $(PKG_CONFIG) --cflags libnl-genl-3.0 2>/dev/null || echo -I/usr/include/libnl3)
DNNHINT_LDLIBS := -lnl-genl-3 -lnl-3

DNNHINT_SRC := $(wildcard $(DNNHINT_DIR)/*.c)
DNNHINT_OBJ := $(DNNHINT_SRC:%.c=$(B)/obj/%.o)
DNNHINT_A := $(B)/lib/libdnnhint.a
DNNHINT_SO := $(B)/lib/libdnnhint.so.0

LIBS += $(DNNHINT_SO) $(DNNHINT_A) $(B)/lib/pkgconfig/libdnnhint.pc

$(DNNHINT_OBJ): CPPFLAGS += $(DNNHINT_CFLAGS)
$(DNNHINT_OBJ): | deps-build

# One object, in which only the public names are global: a program's own names cannot clash.
# Unit tests of the parts link $(DNNHINT_OBJ) instead.
$(B)/obj/dnnhint.o: $(DNNHINT_OBJ)
	$(CC) -r -nostdlib -o $@ $^
	$(patsubst %ar,%objcopy,$(lastword $(AR))) -w --keep-global-symbol='dnnhint_*' $@

$(DNNHINT_A): $(B)/obj/dnnhint.o
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

$(DNNHINT_SO): $(DNNHINT_OBJ) $(DNNHINT_DIR)/libdnnhint.map
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(@F) -Wl,-z,defs \
		-Wl,--version-script=$(DNNHINT_DIR)/libdnnhint.map -o $@ $(DNNHINT_OBJ) \
		$(DNNHINT_LDLIBS)
	ln -sf $(@F) $(@D)/libdnnhint.so

$(B)/lib/pkgconfig/libdnnhint.pc: $(DNNHINT_DIR)/libdnnhint.pc.in $(DNNHINT_DIR)/build.mk
	@mkdir -p $(@D)
	sed -e 's|@PREFIX@|$(or $(PREFIX),/usr/local)|' -e 's|@VERSION@|$(DNNHINT_VERSION)|' $< >$@
