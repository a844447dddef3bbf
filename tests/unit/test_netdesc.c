// SPDX-License-Identifier: MIT
/* Network descriptions: a good one, and one for each way to be wrong. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netdesc.h"

static char path[64];
static char err[NETDESC_ERR_LEN];
static struct netdesc net;

static void setup(void)
{
	int fd;

	strcpy(path, "/tmp/test_netdesc.XXXXXX");
	fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	close(fd);
}

static void teardown(void)
{
	netdesc_free(&net);
	unlink(path);
}

TestSuite(netdesc, .init = setup, .fini = teardown);

static int read_text(const char *text)
{
	FILE *f = fopen(path, "w");

	cr_assert(f);
	fputs(text, f);
	cr_assert_eq(fclose(f), 0);
	return netdesc_read(&net, path, err, sizeof(err));
}

#define HEAD "name = \"n\";\n" \
	"input = { channels = 3; height = 32; width = 24; };\n" \
	"classes = 5;\n" \
	"groups = 4;\n"

#define CONV "{ type = \"conv\"; channels = 8; kernel = 3; }"

Test(netdesc, good)
{
	const struct dnnfile_shape *s = &net.shape;

	cr_assert_eq(read_text("# a comment\n" HEAD
			       "class_names = ( \"a\", \"b\", \"c\", \"d\", \"e\" );\n"
			       "layers = (\n"
			       "\t{ type = \"conv\"; channels = 16; kernel = 5; },\n"
			       "\t{ type = \"maxpool\"; kernel = 2; },\n"
			       "\t{ type = \"conv\"; channels = 8; kernel = 3; stride = 2;\n"
			       "\t  padding = 0; },\n"
			       "\t{ type = \"avgpool\"; kernel = 3; stride = 1; padding = 1; }\n"
			       ");\n"), 0, "%s", err);
	cr_assert_str_eq(net.name, "n");
	cr_assert_str_eq(net.class_names[4], "e");
	cr_assert_eq(s->groups, 4);
	cr_assert_eq(s->classes, 5);
	cr_assert_eq(s->wiring, DNNFILE_SEPARATE);
	cr_assert_eq(s->layers, 5);
	cr_assert_eq(s->layer[0].out_c, 4, "channels are of all groups together");
	cr_assert_eq(s->layer[0].padding, 2);
	cr_assert_eq(s->layer[0].out_w, 24);
	cr_assert_eq(s->layer[1].kind, DNNFILE_MAX_POOL);
	cr_assert_eq(s->layer[1].stride, 2);
	cr_assert_eq(s->layer[2].out_h, 7);
	cr_assert_eq(s->layer[2].out_w, 5);
	cr_assert_eq(s->layer[3].kind, DNNFILE_AVG_POOL);
	cr_assert_eq(s->layer[3].out_h, 7);
	cr_assert_eq(s->layer[4].kind, DNNFILE_CLASSIFIER);
}

Test(netdesc, global_pool)
{
	cr_assert_eq(read_text("name = \"n\"; input = { channels = 1; height = 8; width = 8; };\n"
			       "classes = 2; groups = 1; layers = (" CONV
			       ", { type = \"globalpool\"; } );\n"), 0, "%s", err);
	cr_assert_eq(net.shape.layer[1].kernel, 8);
	cr_assert_eq(net.shape.layer[1].out_h, 1);
	cr_assert_null(net.class_names);
}

Test(netdesc, branches)
{
	const struct dnnfile_layer *l = net.shape.layer;

	cr_assert_eq(read_text(HEAD "layers = (\n"
			       "\t{ type = \"conv\"; name = \"in\"; channels = 8; kernel = 3; },\n"
			       "\t{ type = \"depthwise\"; kernel = 5; stride = 2; },\n"
			       "\t{ type = \"conv\"; name = \"main\"; channels = 16; kernel = 1;\n"
			       "\t  relu = false; },\n"
			       "\t{ type = \"conv\"; from = \"in\"; channels = 16; kernel = 1;\n"
			       "\t  stride = 2; relu = false; },\n"
			       "\t{ type = \"add\"; name = \"sum\"; with = \"main\"; },\n"
			       "\t{ type = \"conv\"; from = \"image\"; channels = 16; kernel = 3;\n"
			       "\t  stride = 2; },\n"
			       "\t{ type = \"add\"; with = \"sum\"; relu = false; }\n"
			       ");\n"), 0, "%s", err);
	cr_assert_eq(l[0].flags, DNNFILE_RELU);
	cr_assert_eq(l[1].kind, DNNFILE_DEPTHWISE);
	cr_assert_eq(l[1].out_c, 2);
	cr_assert_eq(l[1].padding, 2);
	cr_assert_eq(l[1].out_h, 16);
	cr_assert_eq(l[1].flags, DNNFILE_RELU);
	cr_assert_eq(l[2].flags, 0);
	cr_assert_eq(l[3].input, 1);
	cr_assert_eq(l[4].kind, DNNFILE_RESIDUAL);
	cr_assert_eq(l[4].input, 4);
	cr_assert_eq(l[4].addend, 3);
	cr_assert_eq(l[4].flags, DNNFILE_RELU);
	cr_assert_eq(l[5].input, 0);
	cr_assert_eq(l[6].input, 6);
	cr_assert_eq(l[6].addend, 5);
	cr_assert_eq(l[6].flags, 0);
	cr_assert_eq(l[7].input, 7);
}

static void bad(const char *text, const char *word)
{
	cr_assert_eq(read_text(text), -EINVAL, "%s", text);
	cr_assert(strstr(err, word), "'%s' does not say '%s'", err, word);
	cr_assert_eq(net.shape.layers, 0);
	cr_assert_null(net.class_names);
}

/* A description of its own in another file must not come in. */
Test(netdesc, include)
{
	char text[256];

	cr_assert_eq(read_text(HEAD "layers = (" CONV ");\n"), 0, "%s", err);
	netdesc_free(&net);
	snprintf(text, sizeof(text), "# @include is a comment here\n \t@include \"%s\"\n", path);
	bad(text, "line 2: @include is not taken");
	bad("@include \"/dev/null\"\n" HEAD "layers = (" CONV ");\n", "line 1: @include");
}

Test(netdesc, no_text)
{
	FILE *f = fopen(path, "w");

	cr_assert(f);
	cr_assert_eq(fwrite("name\0", 1, 5, f), 5);
	cr_assert_eq(fclose(f), 0);
	cr_assert_eq(netdesc_read(&net, path, err, sizeof(err)), -EINVAL);
	cr_assert_str_eq(err, "no text: byte 5 is 0");
	cr_assert_eq(netdesc_read(&net, "/tmp", err, sizeof(err)), -EISDIR);
	cr_assert_str_eq(err, strerror(EISDIR));
}

Test(netdesc, bad_fields)
{
	bad("", "name must be a text of 1..63 bytes");
	bad("name = \"n\"\ninput = {", "line 2: syntax error");
	bad("name = \"n\";\nnames = 3;\n", "line 2: names is not known here");
	bad("name = 7;\n", "line 1: name must be a text of 1..63 bytes");
	bad("name = \"n\";\n", "input must be { channels");
	bad("name = \"n\";\ninput = { channels = 3; height = 32; };\n",
	    "line 2: input: width is missing: must be 1..1024");
	bad("name = \"n\"; input = { channels = 5; height = 3; width = 3; };\n",
	    "input: channels is 5: must be 1..4");
	bad("name = \"n\"; input = { channels = 1; height = 3; width = 3; };\nclasses = 1;\n",
	    "line 2: classes is 1: must be 2..4096");
	bad("name = \"n\"; input = { channels = 1; height = 3; width = 3; };\nclasses = 2.5;\n",
	    "line 2: classes must be a whole number 2..4096");
	bad("name = \"n\"; input = { channels = 1; height = 3; width = 3; }; classes = 2;\n"
	    "groups = 17;\n", "line 2: groups is 17: must be 1..16");
	bad(HEAD, "layers is missing");
	bad(HEAD "layers = ();\n", "line 5: layers has 0 entries: must be 1..63");
	bad(HEAD "class_names = ( \"a\" ); layers = (" CONV ");\n",
	    "line 5: class_names must be a list of 5 names");
	bad(HEAD "class_names = ( \"a\", \"b\", \"\", \"d\", \"e\" ); layers = (" CONV ");\n",
	    "class_names: name 3 must be a text");
}

Test(netdesc, bad_layers)
{
	bad(HEAD "layers = ( 3 );\n", "line 5: layer 1: must be { type = ...; }");
	bad(HEAD "layers = (\n" CONV ",\n{ type = \"dense\"; } );\n",
	    "line 7: layer 2: type is 'dense': must be conv, depthwise, add, maxpool, "
	    "avgpool or globalpool");
	bad(HEAD "layers = ( { type = \"conv\"; kernel = 3; } );\n",
	    "layer 1: channels is missing: must be 1..");
	bad(HEAD "layers = (\n{ type = \"conv\"; channels = 10; kernel = 3; } );\n",
	    "line 6: layer 1: channels is 10: must be a multiple of groups (4)");
	bad(HEAD "layers = ( { type = \"conv\"; channels = 8; kernel = 16; } );\n",
	    "layer 1: kernel is 16: must be 1..15");
	bad(HEAD "layers = ( { type = \"conv\"; channels = 8; kernel = 3; dilation = 2; } );\n",
	    "layer 1: dilation is not known here");
	bad(HEAD "layers = ( " CONV ", { type = \"maxpool\"; kernel = 1; } );\n",
	    "layer 2: kernel is 1: must be 2..15");
	bad(HEAD "layers = ( " CONV ", { type = \"maxpool\"; kernel = 2; channels = 8; } );\n",
	    "layer 2: channels is not known here");
	bad(HEAD "layers = ( " CONV ", { type = \"globalpool\"; } );\n",
	    "layer 2: the map is 32x24: globalpool needs a square one");
	/* What fits its range but not the layers before it. */
	bad(HEAD "layers = ( { type = \"maxpool\"; kernel = 8; },\n"
	    "{ type = \"conv\"; channels = 8; kernel = 7; padding = 0; } );\n", "layer 2");
}

Test(netdesc, bad_branches)
{
	bad(HEAD "layers = (\n{ type = \"conv\"; channels = 8; kernel = 3;\nrelu = 1; } );\n",
	    "line 7: layer 1: relu must be true or false");
	bad(HEAD "layers = (\n{ type = \"maxpool\"; kernel = 2; relu = false; } );\n",
	    "line 6: layer 1: relu is not known here");
	bad(HEAD "layers = ( { type = \"depthwise\"; kernel = 3; channels = 8; } );\n",
	    "layer 1: channels is not known here");
	bad(HEAD "layers = ( { type = \"depthwise\"; stride = 2; } );\n",
	    "layer 1: kernel is missing: must be 1..15");
	bad(HEAD "layers = ( { type = \"depthwise\"; kernel = 3; stride = 9; } );\n",
	    "layer 1: stride is 9: must be 1..8");
	bad(HEAD "layers = (\n{ type = \"conv\"; channels = 8; kernel = 3;\nfrom = \"x\"; } );\n",
	    "line 7: layer 1: from is 'x': must be the name of an earlier layer or image");
	bad(HEAD "layers = ( { type = \"conv\"; name = \"a\"; from = \"a\"; channels = 8;\n"
	    "kernel = 3; } );\n", "layer 1: from is 'a'");
	bad(HEAD "layers = ( { type = \"conv\"; from = 1; channels = 8; kernel = 3; } );\n",
	    "layer 1: from is ''");
	bad(HEAD "layers = ( { type = \"conv\"; name = \"image\"; channels = 8; kernel = 3; } );\n",
	    "layer 1: name is 'image': must be a text of its own, other than image");
	bad(HEAD "layers = ( { type = \"conv\"; name = 3; channels = 8; kernel = 3; } );\n",
	    "layer 1: name is ''");
	bad(HEAD "layers = ( { type = \"conv\"; name = \"a\"; channels = 8; kernel = 3; },\n"
	    "{ type = \"depthwise\"; name = \"a\"; kernel = 3; } );\n",
	    "line 6: layer 2: name is 'a'");
	bad(HEAD "layers = ( " CONV ",\n{ type = \"add\"; } );\n",
	    "line 6: layer 2: with is '': must be the name of an earlier layer");
	bad(HEAD "layers = ( " CONV ", { type = \"add\"; with = \"image\"; } );\n",
	    "layer 2: with is 'image': must be the name of an earlier layer");
	/* What the names say fits, but not the layers. */
	bad(HEAD "layers = ( { type = \"conv\"; name = \"a\"; channels = 8; kernel = 3; },\n"
	    "{ type = \"maxpool\"; kernel = 2; }, { type = \"add\"; with = \"a\"; } );\n",
	    "layer 3: height of the addend is 32");
	bad(HEAD "layers = ( { type = \"conv\"; name = \"a\"; channels = 8; kernel = 3; },\n"
	    "{ type = \"depthwise\"; name = \"b\"; kernel = 3; },\n"
	    "{ type = \"add\"; with = \"b\"; } );\n", "layer 3: input is 2");
	bad(HEAD "layers = ( " CONV ", { type = \"conv\"; from = \"image\"; channels = 8;\n"
	    "kernel = 3; } );\n", "layer 1: no layer reads it");
}

Test(netdesc, missing_file)
{
	cr_assert_eq(netdesc_read(&net, "/nonexistent/x.net", err, sizeof(err)), -ENOENT);
	cr_assert_str_eq(err, "No such file or directory");
}
