# SPDX-License-Identifier: MIT
#
# Building for the lab's guest, an arm64 board with a kernel of its own: the top Makefile reads
# this for TARGET=lab.

include tests/cross/target.mk

override KDIR := $(CURDIR)/build/lab/kdir
override KMAKEFLAGS := ARCH=arm64 CROSS_COMPILE=$(CROSS)
