// SPDX-License-Identifier: MIT
#include "shell_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int shell_line(const char *folder, const char *line, char *output, size_t size)
{
	char self[4096], command[16000];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t got;
	FILE *pipe;
	int status;

	cr_assert_gt(length, 0);
	self[length] = '\0';
	*strrchr(self, '/') = '\0';
	got = snprintf(command, sizeof(command), "B=\"$EMULATOR %s/../bin\"; T=$B/dyndnn-tool "
		       "Q=$B/dyndnn-quantize E=$B/dyndnn-eval P=$B/dyndnn-plot D=%s; { %s; } 2>&1",
		       self, folder, line);
	cr_assert_lt(got, sizeof(command));
	fflush(NULL);
	pipe = popen(command, "r");
	cr_assert_not_null(pipe);
	got = fread(output, 1, size - 1, pipe);
	output[got] = '\0';
	status = pclose(pipe);
	cr_assert(WIFEXITED(status), "ended by a signal: %s", line);
	return WEXITSTATUS(status);
}
