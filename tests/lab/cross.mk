# SPDX-License-Identifier: MIT
#
# Building for the lab's arm64 guest against the sysroot that scripts/lab-fetch fills.

LAB_ROOT := $(abspath build/lab/sysroot)
LAB_LIBDIR := $(LAB_ROOT)/usr/lib/aarch64-linux-gnu

CROSS_COMPILE := aarch64-linux-gnu-
CC := $(CROSS_COMPILE)gcc --sysroot=$(LAB_ROOT)
AR := $(CROSS_COMPILE)ar
PKG_CONFIG := PKG_CONFIG_LIBDIR=$(LAB_LIBDIR)/pkgconfig:$(LAB_ROOT)/usr/share/pkgconfig \
	PKG_CONFIG_SYSROOT_DIR=$(LAB_ROOT) pkg-config
KDIR := $(abspath build/lab/kdir)
KMAKEFLAGS := ARCH=arm64 CROSS_COMPILE=$(CROSS_COMPILE)
