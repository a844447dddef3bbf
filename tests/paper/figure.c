// SPDX-License-Identifier: MIT
#include <ctype.h>

#include "figure.h"

/* Apart for the colour-blind, readable on white and on black. */
const char * const paper_colours[PAPER_COLOURS] = {
	"#1fa187", "#e07b16", "#3f83c8", "#b05cc0", "#8a8d24", "#c8443f",
};

void paper_figure_begin(FILE *svg, int height, const char *title)
{
	fprintf(svg,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pf\" viewBox=\"0 0 %d %d\" "
		"width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">\n"
		"<style>.pf{font:13px sans-serif;background:#fff}.pf text{fill:#333}"
		".pf .t{font-size:15px;font-weight:bold;fill:#111}.pf .r{text-anchor:end}"
		".pf .c{text-anchor:middle}.pf .g{stroke:#e3e6ea}.pf .k{stroke:#777;fill:none}"
		".pf .b{stroke:#111;fill:none;stroke-dasharray:4 3}"
		"@media (prefers-color-scheme:dark){.pf{background:#16191d}.pf text{fill:#ccc}"
		".pf .t{fill:#eee}.pf .g{stroke:#333}.pf .b{stroke:#eee}}"
		"@media print{.pf{background:#fff}.pf text{fill:#333}.pf .t{fill:#111}"
		".pf .g{stroke:#e3e6ea}.pf .b{stroke:#111}}</style>\n"
		"<text class=\"t\" x=\"12\" y=\"22\">%s</text>\n",
		PAPER_WIDTH, height, PAPER_WIDTH, height, title, title);
}

void paper_figure_end(FILE *svg)
{
	fputs("</svg>\n", svg);
}

void paper_form_draw(FILE *svg, unsigned int level, double x, double y, const char *colour)
{
	/* Triangle, square, diamond; all higher ones a circle. */
	static const struct {
		double dx, dy;
		const char *path;
	} forms[PAPER_FORMS] = {
		{ 0, -4, "l4 7h-8z" },
		{ -3, -3, "h6v6h-6z" },
		{ 0, -4.5, "l4.5 4.5l-4.5 4.5l-4.5 -4.5z" },
	};

	if (level <= PAPER_FORMS) {
		fprintf(svg, "<path d=\"M%.1f %.1f%s\" fill=\"%s\"", x + forms[level - 1].dx,
			y + forms[level - 1].dy, forms[level - 1].path, colour);
	} else {
		fprintf(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.4\" fill=\"%s\"", x, y, colour);
	}
}

const char *paper_core_name(const struct paper_board *board, unsigned int cluster, char *name)
{
	snprintf(name, PAPER_LABEL, "%s", board->platform.clusters[cluster].name);
	for (char *c = name; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return name;
}
