# SPDX-License-Identifier: MIT
#
# Building user space for a board, or the lab's guest: the top Makefile reads this for TARGET=
# arm64, armhf and lab. What was fetched decides, not what the user set for this machine's own
# build, hence override.

CROSS_ARCH := $(if $(filter lab,$(TARGET)),arm64,$(TARGET))
CROSS_TRIPLET := $(if $(filter armhf,$(CROSS_ARCH)),arm-linux-gnueabihf,aarch64-linux-gnu)
CROSS := $(CROSS_TRIPLET)-
SYSROOT := $(CURDIR)/build/sysroot/$(CROSS_ARCH)

override CC := $(CROSS)gcc --sysroot=$(SYSROOT)
override AR := $(CROSS)ar
override PKG_CONFIG := \
	PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(CROSS_TRIPLET)/pkgconfig:$(SYSROOT)/usr/share/pkgconfig \
	PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) pkg-config
