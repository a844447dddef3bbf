# SPDX-License-Identifier: MIT
#
# Building for the lab's guest: the top Makefile reads this for TARGET=lab. What was fetched
# decides, not what the user set for this machine's own build, hence override.

LAB_ROOT := $(CURDIR)/build/lab
LAB_SYSROOT := $(LAB_ROOT)/sysroot
LAB_CROSS := aarch64-linux-gnu-

override CC := $(LAB_CROSS)gcc --sysroot=$(LAB_SYSROOT)
override AR := $(LAB_CROSS)ar
override PKG_CONFIG := \
	PKG_CONFIG_LIBDIR=$(LAB_SYSROOT)/usr/lib/aarch64-linux-gnu/pkgconfig:$(LAB_SYSROOT)/usr/share/pkgconfig \
	PKG_CONFIG_SYSROOT_DIR=$(LAB_SYSROOT) pkg-config
override KDIR := $(LAB_ROOT)/kdir
override KMAKEFLAGS := ARCH=arm64 CROSS_COMPILE=$(LAB_CROSS)
