// SPDX-License-Identifier: MIT
/*
 * Every answer, refusal, dump and event of the module, and every file, byte by byte: nothing of
 * the kernel's memory is in them. That looking finds what is there is tested as well.
 */
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include "../../../userspace/libdnnhint/handle.h"
#include "hint_look.h"
#include "hint_people.h"

#define ROUNDS 3
#define STREAMS 24	/* more than fit into one message of a dump */

union datagram {
	struct nlmsghdr nlh;
	unsigned char bytes[32768];
};

/**
 * struct talk - a conversation past the library
 * @h: its socket is used, but not by the library
 * @family: whose messages are expected
 * @look: what was seen
 * @got: the last datagram
 * @got_len: and its length
 * @answer: the last one of the family
 * @answer_len: and its length
 * @stream_id: the last one named in an answer
 * @frame_id: the same
 */
struct talk {
	struct dnnhint *h;
	uint16_t family;
	struct look look;
	union datagram got, answer;
	size_t got_len, answer_len;
	uint32_t stream_id;
	uint64_t frame_id;
};

static void open_talk(struct talk *talk)
{
	memset(talk, 0, sizeof(*talk));
	talk->h = must_open();
	talk->family = (uint16_t)talk->h->family;
}

/* --- asking ----------------------------------------------------------------------- */

static struct nl_msg *request(struct talk *talk, uint8_t cmd, int flags)
{
	struct nl_msg *msg = hint_request(talk->h, cmd, NLM_F_ACK | flags, 4096);

	REQUIRE(msg, "no memory");
	return msg;
}

static void receive(struct talk *talk, int fd)
{
	ssize_t len = recv(fd, talk->got.bytes, sizeof(talk->got), MSG_TRUNC);

	REQUIRE(len > 0 && (size_t)len <= sizeof(talk->got), "recv: %zd, %s", len,
		strerror(errno));
	talk->got_len = (size_t)len;
}

static void take_answer(struct talk *talk, struct nlmsghdr *nlh)
{
	struct nlattr *attrs[DNN_GOV_A_MAX + 1];

	talk->answer = talk->got;
	talk->answer_len = talk->got_len;
	REQUIRE(!genlmsg_parse(nlh, 0, attrs, DNN_GOV_A_MAX, NULL), "an answer is malformed");
	if (attrs[DNN_GOV_A_STREAM_ID])
		talk->stream_id = nla_get_u32(attrs[DNN_GOV_A_STREAM_ID]);
	if (attrs[DNN_GOV_A_FRAME_ID])
		talk->frame_id = nla_get_u64(attrs[DNN_GOV_A_FRAME_ID]);
}

/* Send it and look at all that comes until it has been dealt with. Returns the error. */
static int ask(struct talk *talk, struct nl_msg *msg)
{
	int fd = nl_socket_get_fd(talk->h->sock), len = (int)nlmsg_hdr(msg)->nlmsg_len, err = 1;

	nl_complete_msg(talk->h->sock, msg);
	REQUIRE_EQ(send(fd, nlmsg_hdr(msg), (size_t)len, 0), len);
	nlmsg_free(msg);
	while (err == 1) {
		struct nlmsghdr *nlh = &talk->got.nlh;

		receive(talk, fd);
		REQUIRE(look_at_datagram(&talk->look, talk->got.bytes, talk->got_len,
					 talk->family), "%s", talk->look.fault);
		for (len = (int)talk->got_len; nlmsg_ok(nlh, len); nlh = nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_type == NLMSG_DONE)
				err = 0;
			else if (nlh->nlmsg_type == NLMSG_ERROR)
				err = ((struct nlmsgerr *)nlmsg_data(nlh))->error;
			else if (nlh->nlmsg_seq)
				take_answer(talk, nlh);
		}
	}
	return err;
}

static void must_ask(struct talk *talk, struct nl_msg *msg)
{
	REQUIRE_EQ(ask(talk, msg), 0);
}

static struct nl_msg *about(struct talk *talk, uint8_t cmd, uint32_t id)
{
	struct nl_msg *msg = request(talk, cmd, 0);

	nla_put_u32(msg, DNN_GOV_A_STREAM_ID, id);
	return msg;
}

static struct nl_msg *about_frame(struct talk *talk, uint8_t cmd, uint32_t id, uint32_t level)
{
	struct nl_msg *msg = about(talk, cmd, id);

	nla_put_u64(msg, DNN_GOV_A_FRAME_ID, talk->frame_id);
	nla_put_u32(msg, DNN_GOV_A_LEVEL_DONE, level);
	return msg;
}

/* A stream with a name of so many letters. */
static uint32_t add(struct talk *talk, unsigned int letters)
{
	struct nl_msg *msg = request(talk, DNN_GOV_CMD_STREAM_ADD, 0);
	char name[DNN_GOV_NAME_MAX] = "";

	memset(name, 'x', letters);
	nla_put_string(msg, DNN_GOV_A_STREAM_NAME, name);
	nla_put_u64(msg, DNN_GOV_A_DEADLINE_NS, 40 * MS);
	nla_put_u32(msg, DNN_GOV_A_LEVELS, 1 + letters % DNN_GOV_LEVELS_MAX);
	must_ask(talk, msg);
	return talk->stream_id;
}

/* --- everything once ----------------------------------------------------------------- */

static void frames(struct talk *talk, uint32_t id)
{
	must_ask(talk, about(talk, DNN_GOV_CMD_FRAME_BEGIN, id));
	must_ask(talk, about_frame(talk, DNN_GOV_CMD_FRAME_PROGRESS, id, 1));
	must_ask(talk, about_frame(talk, DNN_GOV_CMD_FRAME_END, id, 1));
	must_ask(talk, about(talk, DNN_GOV_CMD_FRAME_BEGIN, id));
	must_ask(talk, about_frame(talk, DNN_GOV_CMD_FRAME_DONE, id, 0));
}

/* Each command with nothing, with what names nothing, and with an attribute that has no place. */
static void refusals(struct talk *talk)
{
	for (uint8_t cmd = 1; cmd <= DNN_GOV_CMD_MAX; cmd++) {
		struct nl_msg *msg = request(talk, cmd, 0);

		/* both take none and are for reading */
		if (cmd == DNN_GOV_CMD_STATS_GET)
			nla_put_u32(msg, DNN_GOV_A_STREAM_ID, 1);
		REQUIRE(ask(talk, msg) < 0, "command %u without anything", cmd);
		msg = about(talk, cmd, INT32_MAX);
		nla_put_u64(msg, DNN_GOV_A_FRAME_ID, 1);
		nla_put_u32(msg, DNN_GOV_A_LEVEL_DONE, 1);
		REQUIRE(ask(talk, msg) < 0, "command %u for nothing", cmd);
		msg = about(talk, cmd, 1);
		nla_put_u32(msg, DNN_GOV_A_GRANT, 1);
		REQUIRE(ask(talk, msg) < 0, "command %u with a grant", cmd);
	}
	REQUIRE(ask(talk, about_frame(talk, DNN_GOV_CMD_FRAME_END, 1, 17)) < 0, "level 17");
}

static void once(struct talk *talk)
{
	uint32_t ids[STREAMS];
	struct nl_msg *msg;

	for (unsigned int i = 0; i < STREAMS; i++)
		ids[i] = add(talk, i + 1);
	msg = about(talk, DNN_GOV_CMD_STREAM_SET, ids[0]);
	nla_put_u32(msg, DNN_GOV_A_WEIGHT, 7);
	must_ask(talk, msg);
	for (unsigned int i = 0; i < STREAMS; i++) {
		frames(talk, ids[i]);
		must_ask(talk, about(talk, DNN_GOV_CMD_STREAM_GET, ids[i]));
	}
	must_ask(talk, request(talk, DNN_GOV_CMD_STREAM_GET, NLM_F_DUMP));
	must_ask(talk, request(talk, DNN_GOV_CMD_POLICY_GET, NLM_F_DUMP));
	must_ask(talk, request(talk, DNN_GOV_CMD_STATS_GET, 0));
	refusals(talk);
	for (unsigned int i = 0; i < STREAMS; i++)
		must_ask(talk, about(talk, DNN_GOV_CMD_STREAM_DEL, ids[i]));
}

/* Somebody else's look, without names. */
static void as_somebody(struct talk *mine)
{
	static struct talk talk;
	uint32_t id = add(mine, 5);
	unsigned int before = mine->look.main[DNN_GOV_A_STREAM_NAME];

	act_as(BOB, BOB);
	open_talk(&talk);
	must_ask(&talk, about(&talk, DNN_GOV_CMD_STREAM_GET, id));
	must_ask(&talk, request(&talk, DNN_GOV_CMD_STREAM_GET, NLM_F_DUMP));
	REQUIRE_EQ(talk.look.main[DNN_GOV_A_STREAM_NAME], 0);
	REQUIRE(talk.look.main[DNN_GOV_A_FRAMES], "nothing was seen");
	refusals(&talk);
	act_as(0, 0);
	dnnhint_close(talk.h);
	must_ask(mine, about(mine, DNN_GOV_CMD_STREAM_GET, id));
	REQUIRE_EQ(mine->look.main[DNN_GOV_A_STREAM_NAME], before + 1);
	must_ask(mine, about(mine, DNN_GOV_CMD_STREAM_DEL, id));
}

static void cap(unsigned int cpu, uint32_t khz)
{
	char path[80], text[16];

	snprintf(path, sizeof(path), "/sys/kernel/dnn_emufreq/policy%u/thermal_cap_khz", cpu);
	snprintf(text, sizeof(text), "%u", khz);
	write_file(path, text);
}

/* One event, as the owner gets it and as everybody does. */
static void events(struct talk *talk)
{
	struct dnnhint *owner = must_open();
	int watcher = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int group = owner->pressure_group, fds[2] = { nl_socket_get_fd(owner->sock), watcher };
	struct dnnhint_policy_info policy;
	uint32_t id = must_add_heavy(owner, "events", &policy, 16);
	struct dnnhint_grant grant;

	REQUIRE(watcher >= 0 && !setsockopt(watcher, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
					    sizeof(group)), "%s", strerror(errno));
	REQUIRE_RET(owner, dnnhint_frame_begin(owner, id, 0, &grant), 0);
	cap(policy.cpu, policy.max_khz / 2);
	for (int i = 0; i < 2; i++) {
		struct pollfd fd = { .fd = fds[i], .events = POLLIN };

		REQUIRE(poll(&fd, 1, 2000) == 1, "no event");
		receive(talk, fds[i]);
		REQUIRE(look_at_datagram(&talk->look, talk->got.bytes, talk->got_len,
					 talk->family), "%s", talk->look.fault);
	}
	cap(policy.cpu, 0);
	close(watcher);
	dnnhint_close(owner);
}

/* What answers have, by docs/netlink.md; all of it must have been seen, or nothing was proved. */
static void require_all_seen(const struct look *look)
{
	static const int never[] = {
		DNN_GOV_A_UNSPEC, DNN_GOV_A_RELEASE_NS, DNN_GOV_A_LEVEL_DONE,
	};

	for (int i = 0; i <= DNN_GOV_A_MAX; i++) {
		bool none = false;

		for (size_t k = 0; k < sizeof(never) / sizeof(never[0]); k++)
			none |= never[k] == i;
		/* where 64 bits may lie anywhere there is no padding */
		if (i != DNN_GOV_A_PAD)
			REQUIRE(!look->main[i] == none, "attribute %d: %u times", i, look->main[i]);
	}
	for (int i = DNN_GOV_COST_A_CYCLES; i <= DNN_GOV_COST_A_MAX; i++)
		REQUIRE(look->cost[i], "attribute %d of a cost was not seen", i);
	for (int i = DNN_GOV_CMD_STREAM_ADD; i <= DNN_GOV_CMD_PRESSURE; i++)
		REQUIRE(look->commands[i] || i == DNN_GOV_CMD_STREAM_DEL ||
			i == DNN_GOV_CMD_FRAME_PROGRESS, "no answer to command %d", i);
}

static void replies(void)
{
	static struct talk talk;

	open_talk(&talk);
	for (int i = 0; i < ROUNDS; i++) {
		once(&talk);
		as_somebody(&talk);
		events(&talk);
	}
	require_all_seen(&talk.look);
	printf("%u messages of %zu bytes in all\n", talk.look.messages, talk.look.bytes);
	dnnhint_close(talk.h);
}

/* --- files ------------------------------------------------------------------------------ */

static struct look files_look;
static unsigned int files_read;

static int look_at_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	mode_t mode = st->st_mode & 07777;
	char text[8192];
	ssize_t len;
	int fd;

	(void)ftw;
	if (type == FTW_D) {
		REQUIRE(mode == 0755, "%s: mode %o", path, mode);
		return 0;
	}
	if (type != FTW_F)
		return 0;
	REQUIRE(mode == 0444 || mode == 0644 || mode == 0400, "%s: mode %o", path, mode);
	REQUIRE(mode != 0644 || !st->st_uid, "%s belongs to %u and may be written", path,
		st->st_uid);
	REQUIRE((mode == 0400) == !strcmp(path + ftw->base, "name"), "%s: mode %o", path, mode);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	REQUIRE(fd >= 0, "%s: %s", path, strerror(errno));
	len = read(fd, text, sizeof(text));
	REQUIRE(len > 0, "%s: %s", path, len ? strerror(errno) : "nothing");
	close(fd);
	REQUIRE(look_at_text(&files_look, text, (size_t)len), "%s: %s", path, files_look.fault);
	files_read++;
	return 0;
}

static void look_below(const char *path, unsigned int least)
{
	files_read = 0;
	REQUIRE(!nftw(path, look_at_file, 16, FTW_PHYS), "%s: %s", path, strerror(errno));
	REQUIRE(files_read >= least, "%s: only %u files", path, files_read);
}

/* Streams of root and of somebody else, at work. */
static void files(void)
{
	struct dnnhint *root = must_open(), *alice;
	struct dnnhint_grant grant;
	char path[80];
	uint32_t id;
	int fd;

	id = must_add(root, "roots");
	REQUIRE_RET(root, dnnhint_frame_begin(root, id, 0, &grant), 0);
	act_as(ALICE, MEMBERS);
	alice = must_open();
	id = must_add(alice, "hers");
	snprintf(path, sizeof(path), "/sys/kernel/dnn_gov/stream%u/name", id);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	REQUIRE(fd >= 0, "its user cannot read %s", path);
	close(fd);
	act_as(BOB, MEMBERS);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	REQUIRE(fd < 0 && errno == EACCES, "somebody else can read %s", path);
	act_as(0, 0);
	look_below("/sys/kernel/dnn_gov", 80);
	look_below("/sys/module/dnn_gov/parameters", 3);
	look_below("/sys/kernel/dnn_emufreq", 4);
	look_below("/sys/module/dnn_emufreq/parameters", 3);
	look_below("/sys/devices/system/cpu/cpufreq/policy0/dnn", 9);
	look_below("/sys/devices/system/cpu/cpufreq/policy1/dnn", 9);
	dnnhint_close(alice);
	dnnhint_close(root);
}

/* --- does looking find anything? ----------------------------------------------------- */

static bool clean(const struct talk *talk, const union datagram *datagram)
{
	struct look fresh = { .messages = 0 };

	return look_at_datagram(&fresh, datagram->bytes, talk->answer_len, talk->family);
}

/* The answer in @talk with @len bytes put at @at is found out. */
static void require_found(const struct talk *talk, size_t at, const void *bytes, size_t len)
{
	static union datagram copy;

	copy = talk->answer;
	memcpy(copy.bytes + at, bytes, len);
	REQUIRE(!clean(talk, &copy), "%zu bytes at %zu of %zu are not found", len, at,
		talk->answer_len);
}

static size_t offset_in(const struct talk *talk, const void *at)
{
	return (size_t)((const unsigned char *)at - talk->answer.bytes);
}

/* Words of poison anywhere, an address in any number, and one byte in any padding. */
static void require_all_found(struct talk *talk, unsigned int *numbers, unsigned int *pads)
{
	static const unsigned char poison[] = { 0x6b, 0x5a, 0xfe }, one = 1;
	const uint64_t address = 0xffff800008c01234;
	struct nlattr *attr;
	unsigned char word[4];
	int left;

	REQUIRE(clean(talk, &talk->answer), "the answer itself is not clean");
	for (size_t p = 0; p < sizeof(poison); p++) {
		memset(word, poison[p], sizeof(word));
		for (size_t at = 0; at + 4 <= talk->answer_len; at++)
			require_found(talk, at, word, sizeof(word));
	}
	nlmsg_for_each_attr(attr, &talk->answer.nlh, GENL_HDRLEN, left) {
		size_t value = offset_in(talk, nla_data(attr));

		if (nla_len(attr) == sizeof(address)) {
			require_found(talk, value, &address, sizeof(address));
			++*numbers;
		}
		for (int i = nla_len(attr); i % NLA_ALIGNTO; i++) {
			require_found(talk, value + (size_t)i, &one, 1);
			++*pads;
		}
	}
}

static void detector(void)
{
	static const char *const found[] = {
		"1802201963\n", "1 2\nffff800008c01234\n", "a 0xffff800008c01234 b\n",
		"18446603336221196288\n", "4294934528\n", "7740398493674204011\n", "x\1\n",
	}, *const passed[] = { "0\n", "-1\n", "1400000 7\nmore 12\n", "1.0.0\n", "feedface\n" };
	unsigned int numbers = 0, pads = 0;
	struct look fresh = { .bytes = 0 };
	static struct talk talk;
	uint32_t id;

	open_talk(&talk);
	id = add(&talk, 4);
	require_all_found(&talk, &numbers, &pads);
	must_ask(&talk, about(&talk, DNN_GOV_CMD_STREAM_GET, id));
	require_all_found(&talk, &numbers, &pads);
	must_ask(&talk, about(&talk, DNN_GOV_CMD_FRAME_BEGIN, id));
	require_all_found(&talk, &numbers, &pads);
	must_ask(&talk, about_frame(&talk, DNN_GOV_CMD_FRAME_END, id, 1));
	require_all_found(&talk, &numbers, &pads);
	REQUIRE(numbers > 10 && pads > 5, "%u numbers, %u bytes of padding", numbers, pads);
	dnnhint_close(talk.h);

	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		REQUIRE(!look_at_text(&fresh, found[i], strlen(found[i])), "passed: %s", found[i]);
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		REQUIRE(look_at_text(&fresh, passed[i], strlen(passed[i])), "found: %s", passed[i]);
}

/*
 * Another family, of the lab's module that leaks: each of its commands answers with something
 * that must not be there, and what is right is answered to the last (see tests/lab/selftest).
 */
static void leaks(void)
{
	static struct talk talk;
	struct nl_sock *sock = nl_socket_alloc();
	struct look fresh;
	int family;

	REQUIRE(sock && !genl_connect(sock), "no socket");
	nl_socket_disable_auto_ack(sock);
	family = genl_ctrl_resolve(sock, "lab_leak");
	REQUIRE(family > 0, "the family lab_leak: %d", family);
	for (int cmd = 1; cmd <= 4; cmd++) {
		bool is_clean;

		REQUIRE(genl_send_simple(sock, family, cmd, 1, 0) >= 0, "send");
		receive(&talk, nl_socket_get_fd(sock));
		memset(&fresh, 0, sizeof(fresh));
		is_clean = look_at_datagram(&fresh, talk.got.bytes, talk.got_len, (uint16_t)family);
		printf("%d: %s\n", cmd, is_clean ? "clean" : fresh.fault);
		REQUIRE(is_clean == (cmd == 4), "%s", is_clean ? "not found" : fresh.fault);
	}
	nl_socket_free(sock);
}

const struct hint_test hint_replies_tests[] = {
	{ "detector", detector },
	{ "replies", replies },
	{ "files", files },
	{ "leaks", leaks },
	{ NULL, NULL },
};
