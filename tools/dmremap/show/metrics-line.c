// SPDX-License-Identifier: GPL-2.0
#include "lib/encode.h"
#include "show/metrics.h"

void metrics_family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A single name that is not UTF-8 would make Prometheus reject the values of all devices. */
static void print_escaped(FILE *out, const char *text)
{
	size_t size;

	for (; *text; text += size ? size : 1) {
		size = text_utf8_size(text);
		if (!size)
			fprintf(out, "\\\\x%02x", (unsigned char)*text);
		else if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '\\' || *text == '"')
			fprintf(out, "\\%c", *text);
		else
			fwrite(text, size, 1, out);
	}
}

void metrics_device(FILE *out, const char *name, const struct sample *sample)
{
	fprintf(out, "%s{device=\"", name);
	print_escaped(out, sample->name);
	putc('"', out);
}

void metrics_label(FILE *out, const char *name, const char *value)
{
	fprintf(out, ",%s=\"", name);
	print_escaped(out, value);
	putc('"', out);
}
