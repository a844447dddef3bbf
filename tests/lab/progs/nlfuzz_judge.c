// SPDX-License-Identifier: MIT
#include "nlfuzz_judge.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>

#include "nlfuzz_form.h"

#define ASKS_MAX	(2 * BATCH_BYTES / NLMSG_HDRLEN)
#define ANSWER_BYTES	(64 * 1024)

/**
 * struct judge - requests that wait for their answers
 * @family: the family
 * @round: what is said with each complaint
 * @nr: requests
 * @ask: each of them
 * @beside: they were sent by two threads: their order is unknown
 * @lost: some answers had no room
 * @buffer: what was received last
 */
struct judge {
	const struct family *family;
	const char *round;
	unsigned int nr;
	struct ask ask[ASKS_MAX];
	bool beside;
	bool lost;
	_Alignas(8) uint8_t buffer[ANSWER_BYTES];
};

struct judge *judge_new(const struct family *family, const char *round)
{
	struct judge *judge = calloc(1, sizeof(*judge));

	if (!judge)
		err(2, "judge");
	judge->family = family;
	judge->round = round;
	return judge;
}

void judge_free(struct judge *judge)
{
	free(judge);
}

static void complain(struct judge *judge, struct tally *tally, const char *what,
		     const struct nlmsghdr *nlh, const struct ask *ask)
{
	static _Atomic int said;
	const uint8_t *bytes = (const uint8_t *)(ask ? ask->nlh : nlh);
	size_t len = ask ? ask->nlh->nlmsg_len : nlh ? nlh->nlmsg_len : 0;
	char text[2 * 160 + 1] = "";

	tally->wrong++;
	if (said++ >= 20)
		return;
	for (size_t i = 0; i < len && i < 160; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	printf("%s: %s (error %d, acks %u, answers %u, ends %u): %s%s\n", judge->round, what,
	       ask ? ask->error : 0, ask ? ask->acks : 0, ask ? ask->answers : 0,
	       ask ? ask->ends : 0, text, len > 160 ? "..." : "");
	fflush(stdout);
}

/* --- what was sent, as netlink reads it ------------------------------------------------ */

void judge_take(struct judge *judge, const struct batch *batch)
{
	unsigned int made = 0;

	if (judge->nr)
		judge->beside = true;
	for (size_t at = 0; batch->len - at >= NLMSG_HDRLEN && judge->nr < ASKS_MAX;) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)(batch->bytes + at);
		size_t left = batch->len - at;
		struct ask *ask = &judge->ask[judge->nr];

		if (nlh->nlmsg_len < NLMSG_HDRLEN || nlh->nlmsg_len > left)
			break;
		*ask = (struct ask) { .nlh = nlh };
		while (made < batch->nr && batch->made[made].at < at)
			made++;
		if (made < batch->nr && batch->made[made].at == at)
			ask->expect = batch->made[made].expect;
		judge->nr++;
		at += NLMSG_ALIGN((size_t)nlh->nlmsg_len) < left ?
		      NLMSG_ALIGN((size_t)nlh->nlmsg_len) : left;
	}
}

static bool is_request(const struct ask *ask)
{
	return ask->nlh->nlmsg_flags & NLM_F_REQUEST && ask->nlh->nlmsg_type >= NLMSG_MIN_TYPE;
}

static bool has_header(const struct ask *ask)
{
	return ask->nlh->nlmsg_len >= NLMSG_HDRLEN + GENL_HDRLEN;
}

static bool is_dump(const struct ask *ask)
{
	return is_request(ask) && (ask->nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
}

/* The command of the family, or OTHER_CMD. */
static unsigned int command_of(const struct judge *judge, const struct ask *ask)
{
	const struct genlmsghdr *genl = NLMSG_DATA(ask->nlh);

	if (ask->nlh->nlmsg_type != judge->family->id || !has_header(ask) ||
	    genl->cmd > DNN_GOV_CMD_MAX)
		return OTHER_CMD;
	return genl->cmd;
}

/* Which one an acknowledgment is of: it says, and what is no message may have any number. */
static struct ask *find_acked(struct judge *judge, const struct nlmsghdr *ack)
{
	const struct nlmsgerr *answer = NLMSG_DATA(ack);

	if (ack->nlmsg_len < NLMSG_HDRLEN + sizeof(*answer))
		return NULL;
	for (unsigned int i = 0; i < judge->nr; i++) {
		struct ask *ask = &judge->ask[i];

		if (ack->nlmsg_seq == ask->nlh->nlmsg_seq && !ask->acks && !ask->ends &&
		    !memcmp(&answer->msg, ask->nlh, sizeof(answer->msg)))
			return ask;
	}
	return NULL;
}

/* Which one an answer is of, or the end of a dump. */
static struct ask *find(struct judge *judge, const struct nlmsghdr *nlh)
{
	for (unsigned int i = 0; i < judge->nr; i++) {
		struct ask *ask = &judge->ask[i];

		if (ask->nlh->nlmsg_seq != nlh->nlmsg_seq || ask->acks || ask->ends ||
		    !is_request(ask))
			continue;
		if (nlh->nlmsg_type == NLMSG_DONE ? is_dump(ask) :
						    ask->nlh->nlmsg_type == nlh->nlmsg_type)
			return ask;
	}
	return NULL;
}

/* --- what an answer tells ----------------------------------------------------------------- */

static void told_declared(struct judge *judge, struct peer *peer, const struct ask *ask,
			  uint32_t id, bool added)
{
	struct own *own = peer_find(peer, id);
	struct values request;

	if (added) {
		own = peer_add(peer, id);
		shared_put(id);
	}
	if (!own)
		return;
	form_request(ask->nlh, &request);
	if (added) {
		own->sure = true;
		own->value[DNN_GOV_A_PERIOD_NS] = request.value[DNN_GOV_A_DEADLINE_NS];
		own->value[DNN_GOV_A_MIN_LEVEL] = 1;
		own->value[DNN_GOV_A_WEIGHT] = 100;
		own->value[DNN_GOV_A_BALANCE_PPM] = DNN_GOV_PPM / 2;
	} else if (judge->beside) {
		own->sure = false;
	}
	for (unsigned int a = 1; a <= DNN_GOV_A_MAX; a++)
		if (DECLARED & request.has & BIT(a))
			own->value[a] = request.value[a];
}

/* A refusal changes nothing, and what was accepted is so. */
static bool is_declared(const struct judge *judge, const struct own *own,
			const struct values *answer)
{
	if (!own || !own->sure || judge->beside)
		return true;
	for (unsigned int a = 1; a <= DNN_GOV_A_MAX; a++)
		if (DECLARED & BIT(a) && own->value[a] != answer->value[a])
			return false;
	return true;
}

static const char *told(struct judge *judge, struct peer *peer, const struct ask *ask,
			unsigned int cmd, const struct values *answer)
{
	uint32_t id = (uint32_t)answer->value[DNN_GOV_A_STREAM_ID];
	struct own *own = peer_find(peer, id);

	switch (cmd) {
	case DNN_GOV_CMD_STREAM_ADD:
	case DNN_GOV_CMD_STREAM_SET:
		told_declared(judge, peer, ask, id, cmd == DNN_GOV_CMD_STREAM_ADD);
		break;
	case DNN_GOV_CMD_STREAM_GET:
		if (!is_declared(judge, own, answer))
			return "a stream is not as it was declared";
		break;
	case DNN_GOV_CMD_FRAME_BEGIN:
		if (own)
			peer_begun(own, answer->value[DNN_GOV_A_FRAME_ID]);
		break;
	case DNN_GOV_CMD_FRAME_END:
		if (own)
			peer_ended(peer, own, answer->value[DNN_GOV_A_FRAME_ID]);
	}
	return NULL;
}

/* What was accepted without an answer. */
static void silent(struct peer *peer, const struct ask *ask, unsigned int cmd)
{
	struct values request;
	struct own *own;

	if (cmd != DNN_GOV_CMD_STREAM_DEL && cmd != DNN_GOV_CMD_FRAME_DONE)
		return;
	form_request(ask->nlh, &request);
	own = peer_find(peer, (uint32_t)request.value[DNN_GOV_A_STREAM_ID]);
	if (!own)
		return;
	if (cmd == DNN_GOV_CMD_STREAM_DEL)
		peer_del(peer, own->id);
	else
		peer_ended(peer, own, request.value[DNN_GOV_A_FRAME_ID]);
}

/* --- messages that come back ---------------------------------------------------------------- */

/* Our own refusals have a text, as the header promises. Netlink's own may have none. */
static bool must_have_text(unsigned int cmd, int error, bool dump)
{
	if (cmd == OTHER_CMD)
		return false;
	switch (-error) {
	case EINVAL:
	case ERANGE:
	case EPERM:
	case ENOENT:
	case ENODEV:
	case ENOSPC:
		return true;
	case EBUSY:
		return !dump;
	default:
		return false;
	}
}

static void on_ack(struct judge *judge, struct peer *peer, struct tally *tally,
		   const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *answer = NLMSG_DATA(nlh);
	struct ask *ask = find_acked(judge, nlh);
	const char *wrong;
	bool text;

	if (!ask) {
		complain(judge, tally, "an acknowledgment of nothing", nlh, NULL);
		return;
	}
	ask->acks++;
	wrong = form_refusal(nlh, ask->nlh, peer->whole, &text);
	ask->error = wrong ? 0 : answer->error;
	if (!wrong && !text &&
	    must_have_text(command_of(judge, ask), answer->error, is_dump(ask)))
		wrong = "a refusal without a text";
	if (wrong)
		complain(judge, tally, wrong, nlh, ask);
}

static void on_done(struct judge *judge, struct peer *peer, struct tally *tally,
		    const struct nlmsghdr *nlh)
{
	struct ask *ask = find(judge, nlh);

	if (!ask && peer->narrow)
		return;
	if (ask) {
		ask->ends++;
		if (nlh->nlmsg_len >= NLMSG_HDRLEN + sizeof(int) && *(int *)NLMSG_DATA(nlh))
			complain(judge, tally, "a dump that ended with an error", nlh, ask);
	} else {
		complain(judge, tally, "the end of no dump", nlh, NULL);
	}
}

static void on_event(struct judge *judge, struct tally *tally, const struct nlmsghdr *nlh)
{
	struct values event;
	const char *wrong = form_answer(nlh, DNN_GOV_CMD_PRESSURE, &event);

	tally->events++;
	if (!wrong && event.value[DNN_GOV_A_GRANT] == event.value[DNN_GOV_A_GRANT_OLD])
		wrong = "an event of nothing";
	if (wrong)
		complain(judge, tally, wrong, nlh, NULL);
}

static void on_answer(struct judge *judge, struct peer *peer, struct tally *tally,
		      const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);
	struct values answer;
	const char *wrong;
	unsigned int cmd;
	struct ask *ask;

	if (nlh->nlmsg_type == judge->family->id &&
	    nlh->nlmsg_len >= NLMSG_HDRLEN + GENL_HDRLEN && genl->cmd == DNN_GOV_CMD_PRESSURE) {
		on_event(judge, tally, nlh);
		return;
	}
	ask = find(judge, nlh);
	/* A dump for which there was no room goes on with a later request. */
	if (peer->narrow && (!ask || nlh->nlmsg_flags & NLM_F_MULTI))
		return;
	if (!ask || nlh->nlmsg_pid != peer->port) {
		complain(judge, tally, "an answer to nothing", nlh, NULL);
		return;
	}
	ask->answers++;
	if (ask->nlh->nlmsg_type != judge->family->id)
		return;
	cmd = command_of(judge, ask);
	if (cmd == OTHER_CMD || !commands[cmd].answer) {
		complain(judge, tally, "an answer that nobody awaits", nlh, ask);
		return;
	}
	wrong = form_answer(nlh, cmd, &answer);
	if (!wrong && !!(nlh->nlmsg_flags & NLM_F_MULTI) != is_dump(ask))
		wrong = "NLM_F_MULTI where there is no dump, or the other way round";
	if (!wrong)
		wrong = told(judge, peer, ask, cmd, &answer);
	if (wrong)
		complain(judge, tally, wrong, nlh, NULL);
}

static void on_message(struct judge *judge, struct peer *peer, struct tally *tally,
		       const struct nlmsghdr *nlh)
{
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		on_ack(judge, peer, tally, nlh);
		break;
	case NLMSG_DONE:
		on_done(judge, peer, tally, nlh);
		break;
	default:
		on_answer(judge, peer, tally, nlh);
	}
}

static void receive(struct judge *judge, struct peer *peer, struct tally *tally)
{
	for (;;) {
		ssize_t got = recv(peer->fd, judge->buffer, sizeof(judge->buffer),
				   MSG_DONTWAIT | MSG_TRUNC);
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)judge->buffer;
		size_t left = (size_t)got;

		if (got < 0 && errno == ENOBUFS) {
			judge->lost = true;
			continue;
		}
		if (got < 0 && errno == EAGAIN)
			return;
		if (got < 0)
			err(2, "recv");
		if (left > sizeof(judge->buffer))
			errx(2, "an answer of %zu bytes", left);
		while (left) {
			size_t whole;

			if (left < NLMSG_HDRLEN || nlh->nlmsg_len < NLMSG_HDRLEN ||
			    nlh->nlmsg_len > left) {
				complain(judge, tally, "an answer that is cut off", NULL, NULL);
				break;
			}
			on_message(judge, peer, tally, nlh);
			whole = NLMSG_ALIGN((size_t)nlh->nlmsg_len);
			left -= whole < left ? whole : left;
			nlh = (const struct nlmsghdr *)((const uint8_t *)nlh + whole);
		}
	}
}

/* --- all answers are there ------------------------------------------------------------------- */

/* NULL if @ask has just what it was promised. */
static const char *missing(const struct judge *judge, const struct ask *ask)
{
	unsigned int cmd = command_of(judge, ask);
	bool acked = ask->nlh->nlmsg_flags & NLM_F_ACK;

	if (!is_request(ask)) {
		if (ask->answers || ask->error || ask->ends)
			return "something that is no request has an answer";
		return ask->acks == acked ? NULL : "an acknowledgment is missing";
	}
	if (ask->error)
		return ask->answers ? "a refusal with an answer" : NULL;
	if (is_dump(ask))
		return ask->ends == 1 && !ask->acks ? NULL : "a dump has no end";
	if (ask->acks != acked)
		return "an acknowledgment is missing";
	if (cmd == OTHER_CMD)	/* accepted by another family */
		return ask->nlh->nlmsg_type != judge->family->id ? NULL :
		       "a command that there is not was accepted";
	if (!commands[cmd].may_do)
		return "a command that there is not was accepted";
	return ask->answers == !!commands[cmd].answer ? NULL : "an answer is missing";
}

static void settle(struct judge *judge, struct peer *peer, struct tally *tally, struct ask *ask)
{
	unsigned int cmd = command_of(judge, ask);
	const char *wrong = missing(judge, ask);

	tally->sent++;
	if (judge->lost && (wrong || (!ask->acks && !ask->answers && !ask->ends))) {
		tally->lost++;
		return;
	}
	if (!wrong && ask->expect == EXPECT_REFUSAL && !ask->error)
		wrong = "accepted, and must be refused";
	if (!wrong && ask->expect == EXPECT_SUCCESS && ask->error)
		wrong = "refused, and must be accepted";
	if (wrong) {
		complain(judge, tally, wrong, NULL, ask);
		return;
	}
	tally->demanded += ask->expect != EXPECT_ANY;
	if (!is_request(ask)) {
		tally->ignored++;
	} else if (ask->error) {
		tally->refused[cmd][-ask->error < ERRNOS ? -ask->error : 0]++;
	} else {
		tally->accepted[cmd]++;
		silent(peer, ask, cmd);
	}
}

void judge_answers(struct judge *judge, struct peer *peer, struct tally *tally)
{
	receive(judge, peer, tally);
	for (unsigned int i = 0; i < judge->nr; i++)
		settle(judge, peer, tally, &judge->ask[i]);
	/* What became of a request is not known where its answer is lost. */
	for (unsigned int i = 0; judge->lost && i < peer->nr_own; i++)
		peer->own[i].sure = false;
	judge->nr = 0;
	judge->beside = false;
	judge->lost = false;
}
