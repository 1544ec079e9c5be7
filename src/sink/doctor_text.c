// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "sink/doctor.h"
#include "util/escape.h"

static const char *const headings[DOCTOR_SECTIONS] = {
	[DOCTOR_KERNEL] = "What this kernel offers",
	[DOCTOR_HOOKS] = "How klpscope attaches",
	[DOCTOR_FIELDS] = "What the kernel's structures hold",
	[DOCTOR_PROBES] = "Probes of others",
};

static const char *const colors[] = {
	[DOCTOR_OK] = "32",
	[DOCTOR_GAP] = "33",
	[DOCTOR_BAD] = "31",
};

/* Of probes, which may be many, only those that matter have a line. */
static bool has_line(const struct doctor_finding *finding)
{
	return finding->section != DOCTOR_PROBES || finding->verdict != DOCTOR_OK;
}

static void write_verdict(FILE *out, enum doctor_verdict verdict, bool color)
{
	const char *name = doctor_verdict_name(verdict);

	if (color)
		fprintf(out, "  \033[%sm%-4s\033[0m ", colors[verdict], name);
	else
		fprintf(out, "  %-4s ", name);
}

static void write_finding(FILE *out, const struct doctor_finding *finding, int width, bool color)
{
	write_verdict(out, finding->verdict, color);
	fprintf(out, "%-*s  ", width, finding->name);
	escape_text(out, finding->text);
	if (finding->missing) {
		fputs("; missing: ", out);
		escape_text(out, finding->missing);
	}
	fputc('\n', out);
	/* That all is well needs no reasons here. */
	if (finding->verdict == DOCTOR_OK)
		return;
	if (finding->consequence) {
		fprintf(out, "  %*s", 5 + width + 2, "");
		escape_text(out, finding->consequence);
		fputc('\n', out);
	}
	if (finding->remedy) {
		fprintf(out, "  %*sdo: ", 5 + width + 2, "");
		escape_text(out, finding->remedy);
		fputc('\n', out);
	}
}

static void write_section(FILE *out, const struct doctor *doctor, enum doctor_section section,
			  bool color)
{
	size_t harmless = 0, n = 0;
	int width = 0;

	for (size_t i = 0; i < doctor->n; i++) {
		const struct doctor_finding *finding = &doctor->list[i];

		if (finding->section != section)
			continue;
		n++;
		if (!has_line(finding))
			harmless++;
		else if ((int)strlen(finding->name) > width)
			width = strlen(finding->name);
	}
	if (!n)
		return;
	fprintf(out, "%s\n", headings[section]);
	for (size_t i = 0; i < doctor->n; i++)
		if (doctor->list[i].section == section && has_line(&doctor->list[i]))
			write_finding(out, &doctor->list[i], width, color);
	if (harmless) {
		write_verdict(out, DOCTOR_OK, color);
		fprintf(out, "%zu%s %s no harm to livepatching (--json lists %s)\n", harmless,
			harmless < n ? " more" : "", harmless == 1 ? "does" : "do",
			harmless == 1 ? "it" : "them");
	}
	fputc('\n', out);
}

void doctor_text(FILE *out, const struct doctor *doctor, bool color)
{
	static const char *const names[] = {
		[DOCTOR_OK] = "all fine",
		[DOCTOR_GAP] = "works with gaps",
		[DOCTOR_BAD] = "cannot work",
	};
	enum doctor_verdict verdict = doctor_verdict(doctor);
	size_t n = 0;

	for (int section = 0; section < DOCTOR_SECTIONS; section++)
		write_section(out, doctor, section, color);
	for (size_t i = 0; i < doctor->n; i++)
		n += doctor->list[i].verdict != DOCTOR_OK;
	fputs("klpscope on ", out);
	escape_text(out, doctor->kernel);
	fprintf(out, ": %s", names[verdict]);
	if (n)
		fprintf(out, " (%zu finding%s)", n, n == 1 ? "" : "s");
	fputc('\n', out);
}
