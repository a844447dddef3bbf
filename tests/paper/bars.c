// SPDX-License-Identifier: MIT
#include <math.h>

#include "figure.h"

enum { TOP = 34, BAR_H = 16, BAR_STEP = 20, GROUP_TITLE = 20, GROUP_GAP = 10, LABEL_W = 100,
	VALUE_W = 76, BAR_MAX = PAPER_WIDTH - LABEL_W - VALUE_W };

static int draw_group(FILE *svg, const struct paper_bars *g, const char *colour, double most,
		      const char *unit, int decimals, int y)
{
	fprintf(svg, "<text x=\"12\" y=\"%d\" font-weight=\"bold\">%s</text>\n", y + 14, g->title);
	y += GROUP_TITLE;
	for (unsigned int i = 0; i < g->count; i++, y += BAR_STEP) {
		double w = most > 0 ? g->value[i] / most * BAR_MAX : 0;

		fprintf(svg,
			"<text class=\"r\" x=\"%d\" y=\"%d\">%s</text>\n"
			"<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n"
			"<text x=\"%.1f\" y=\"%d\">%.*f %s</text>\n",
			LABEL_W - 8, y + 13, g->label[i], LABEL_W, y, w, BAR_H, colour,
			LABEL_W + w + 6, y + 13, decimals, g->value[i], unit);
	}
	return y + GROUP_GAP;
}

void paper_bars_draw(FILE *svg, const char *title, const char *unit, int decimals,
		     const struct paper_bars *groups, size_t count)
{
	double most = 0;
	int y = TOP;

	for (size_t g = 0; g < count; g++) {
		y += GROUP_TITLE + GROUP_GAP + (int)groups[g].count * BAR_STEP;
		for (unsigned int i = 0; i < groups[g].count; i++)
			most = fmax(most, groups[g].value[i]);
	}
	paper_figure_begin(svg, y, title);
	y = TOP;
	for (size_t g = 0; g < count; g++)
		y = draw_group(svg, &groups[g], paper_colours[g % PAPER_COLOURS], most, unit,
			       decimals, y);
	paper_figure_end(svg);
}
