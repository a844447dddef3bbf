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

const char *paper_core_name(const struct paper_board *board, unsigned int cluster, char *name)
{
	snprintf(name, PAPER_LABEL, "%s", board->platform.clusters[cluster].name);
	for (char *c = name; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return name;
}
