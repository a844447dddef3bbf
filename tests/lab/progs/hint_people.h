/* SPDX-License-Identifier: MIT */
/* One process that is several people, and processes that say what they did. */
#ifndef HINT_PEOPLE_H
#define HINT_PEOPLE_H

#include <sys/types.h>

#include "hint_test.h"

#define NOBODY 65534
#define ALICE 1001
#define BOB 1002
#define MEMBERS 2001	/* the administrator's group, in the parameter gid */

/*
 * The process goes on as @uid in @gid alone; as root again it has all capabilities. Others have
 * none, and the kernel asks for nothing but these.
 */
void act_as(uid_t uid, gid_t gid);

/* The process is @uid in @gid from now on. */
void become(uid_t uid, gid_t gid);

/* Run @body in a process of its own; the test ends where that fails. */
pid_t child_beside(void (*body)(void *ctx), void *ctx);
void must_end(pid_t pid);
void in_child(void (*body)(void *ctx), void *ctx);

/* The same, and kill the child where it is when it has called waits_to_be_killed(). */
pid_t child_to_kill(void (*body)(void *ctx), void *ctx);
void waits_to_be_killed(void) __attribute__((noreturn));
void kill_child(pid_t pid);

/* Make new namespaces (CLONE_NEW*); false where the kernel has none. Inside, one is root. */
bool new_namespaces(int flags);

/* A descriptor, from one process to another. */
void send_fd(int via, int fd);
int receive_fd(int via);

/* @h talks through @fd from now on. */
void use_fd(struct dnnhint *h, int fd);

/* What the module counts, until it is that. */
void wait_streams(struct dnnhint *h, uint32_t streams);

/* The name of a stream as @h sees it by STREAM_GET and in a dump, which must agree. */
const char *name_seen(struct dnnhint *h, uint32_t id);

/* The kernel's word for what was refused. */
void require_said(struct dnnhint *h, const char *text);

void write_file(const char *path, const char *text);

#endif
