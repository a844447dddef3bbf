# SPDX-License-Identifier: MIT
#
# The lab: what the guest is made of, and modules built for it. Included by the top Makefile;
# works on its own as well (make -f tests/lab/build.mk lab-modules).

ifeq ($(origin B),undefined)
LAB_TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))../..)
else
LAB_TOP := $(CURDIR)
endif

LAB_ROOT := $(LAB_TOP)/build/lab
LAB_CROSS := aarch64-linux-gnu-
LAB_SYSROOT := $(LAB_ROOT)/sysroot
LAB_KDIR := $(LAB_ROOT)/kdir
LAB_CFLAGS := --sysroot=$(LAB_SYSROOT)
LAB_LDFLAGS := --sysroot=$(LAB_SYSROOT)
LAB_PKG_CONFIG := \
	PKG_CONFIG_LIBDIR=$(LAB_SYSROOT)/usr/lib/aarch64-linux-gnu/pkgconfig:$(LAB_SYSROOT)/usr/share/pkgconfig \
	PKG_CONFIG_SYSROOT_DIR=$(LAB_SYSROOT) pkg-config

# The modules' sources are built as a copy, so that objects for the guest's kernel and for
# this machine's never mix. rsync keeps times, and make then builds only what changed.
LAB_KMOD := $(LAB_ROOT)/kmod

.PHONY: lab-fetch lab-modules lab-selftest

lab-fetch:
	@$(LAB_TOP)/scripts/lab-fetch

lab-modules: lab-fetch
	@mkdir -p $(LAB_KMOD)/kmod $(LAB_KMOD)/include
	@rsync -a --delete --include='*/' --include='*.[ch]' --include='Kbuild' --exclude='*' \
		$(LAB_TOP)/kmod/ $(LAB_KMOD)/kmod/ --filter='P *.ko' --filter='P *.o' \
		--filter='P *.mod*' --filter='P .*.cmd' --filter='P modules.order'
	@rsync -a --delete $(LAB_TOP)/include/ $(LAB_KMOD)/include/
	@rsync -a $(LAB_TOP)/Kbuild $(LAB_KMOD)/
	$(MAKE) -C $(LAB_KDIR) M=$(LAB_KMOD) ARCH=arm64 CROSS_COMPILE=$(LAB_CROSS) W=1 modules

lab-selftest: lab-fetch
	$(LAB_TOP)/tests/lab/selftest/run
