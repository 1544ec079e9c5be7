// SPDX-License-Identifier: GPL-2.0
#include "build.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "sink/table.h"
#include "util/array.h"
#include "util/attributes.h"
#include "util/cleanup.h"

#define NOON 1795339542123456789

struct row {
	const char *name; /* NULL: not known */
	uint64_t number, span;
	int64_t time, order;
	bool flag;
	const char *list[12];
	bool known; /* a number */
};

COLUMN_OF(fill_name, row, cell_name(cell, r->name))
COLUMN_OF(fill_number, row, cell_number(cell, r->number))
COLUMN_OF(fill_span, row, cell_span_or_none(cell, r->span))
COLUMN_OF(fill_cost, row, cell_span(cell, r->span))
COLUMN_OF(fill_time, row, cell_time(cell, r->time, r->order))
COLUMN_OF(fill_flag, row, cell_bool(cell, r->flag))
COLUMN_OF(fill_words, row, cell_words(cell, "\\x1b %" PRIu64, r->number))
COLUMN_OF(fill_gap, row, cell_none_but(cell, r->flag ? "not seen" : ""))

static void fill_list(struct cell *cell, const void *row)
{
	const struct row *r = row;

	cell_list(cell, "");
	for (size_t i = 0; i < ARRAY_SIZE(r->list) && r->list[i]; i++) {
		cell_item(cell, "%c", r->list[i][0]);
		cell_append(cell, "%s", r->list[i] + 1);
	}
}

static void fill_version(struct cell *cell, const void *row)
{
	const struct row *r = row;

	if (r->known)
		cell_number(cell, r->number);
	else
		cell_none_but(cell, "?");
}

static const struct column columns[] = {
	{ "NAME", NULL, "a name", 0, fill_name },
	{ "NUMBER", NULL, "a number", COLUMN_RIGHT, fill_number },
	{ "SPAN", "span_ns", "a length of time", COLUMN_RIGHT, fill_span },
	{ "COST", "cost_ns", "one that may be 0", COLUMN_RIGHT | COLUMN_EXTRA, fill_cost },
	{ "TIME", NULL, "a moment", COLUMN_EXTRA, fill_time },
	{ "FLAG", NULL, "yes or no", COLUMN_EXTRA, fill_flag },
	{ "WORDS", NULL, "ours", COLUMN_EXTRA, fill_words },
	{ "LIST", NULL, "of several lines", COLUMN_LONG | COLUMN_EXTRA | COLUMN_ENTRIES(3),
	  fill_list },
	{ "INLINE", NULL, "of one", COLUMN_INLINE | COLUMN_EXTRA | COLUMN_ENTRIES(3), fill_list },
	{ "VERSION", NULL, "a number, if it is known", COLUMN_EXTRA, fill_version },
	{ "GAP", NULL, "nothing", COLUMN_EXTRA, fill_gap },
};

static const struct column other_columns[] = {
	{ "NAME", NULL, "a name", 0, fill_name },
	{ "ELSE", NULL, "something", 0, fill_number },
};

static const struct table_type things = { "things", "things", TABLE_COLUMNS(columns) };
static const struct table_type others = { "others", "others", TABLE_COLUMNS(other_columns) };
static const struct table_type *const types[] = { &things, &others, NULL };
static const struct table_type *const one[] = { &things, NULL };

static const struct row rows[] = {
	{ "b\x1b", 10, 2000000000, NOON, 3, true, { "x" }, true },
	{ "a", 9, 0, 0, 0, false, { NULL }, false },
	{ NULL, 9, 500000, NOON - 1000000000, 2, false, { "v", "w\x1b", "x", "y" }, true },
	{ "c", 100, 0, NOON + 1, 1, true, { "z", "\\" }, true },
};

static void expect(const struct table_options *options, bool json, const char *wanted)
{
	_cleanup_table_ struct table *table = table_new(&things, options);
	struct text text;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		table_row(table, &rows[i]);
	assert_int_equal(table_rows(table), ARRAY_SIZE(rows));
	text_open(&text);
	assert_int_equal(json ? table_json(table, text.out) : table_print(table, text.out), 0);
	fflush(text.out);
	squeeze(text.s);
	assert_string_equal(text.s, wanted);
	text_close(&text);
}

static void choose(void **state _unused_)
{
	static const struct {
		const char *list, *bad; /* NULL: none */
		int n;
	} cases[] = {
		{ NULL, NULL, 3 },
		{ "NAME", NULL, 1 },
		{ "name,Span,NUMBER", NULL, 3 },
		{ "NAME,NAME", NULL, 2 },
		{ "+flag", NULL, 4 },
		{ "+LIST,FLAG", NULL, 5 },
		{ "", "" },
		{ "+", "" },
		{ "NAME,", "" },
		{ ",NAME", "" },
		{ "NAM", "NAM" },
		{ "NAMES", "NAMES" },
		{ "NAME,foo,SPAN", "foo" },
		{ "NAME +SPAN", "NAME +SPAN" },
		{ "++NAME", "+NAME" },
	};
	const struct column *chosen[COLUMNS_MAX];
	char many[8 * 64] = "";
	const char *bad;
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int n = column_choose(&things.columns, cases[i].list, chosen, &bad, &len);

		expect_true(n == (cases[i].bad ? -EINVAL : cases[i].n), "%s", cases[i].list);
		if (!cases[i].bad)
			continue;
		assert_int_equal(len, strlen(cases[i].bad));
		assert_memory_equal(bad, cases[i].bad, len);
	}
	/* Rather refused than written beyond the end. */
	for (int i = 0; i < 64; i++)
		strcat(many, i ? ",NAME" : "NAME");
	assert_int_equal(column_choose(&things.columns, many, chosen, &bad, &len), -EINVAL);
	many[strlen(",NAME") * COLUMNS_MAX - 1] = '\0';
	assert_int_equal(column_choose(&things.columns, many, chosen, &bad, &len), COLUMNS_MAX);
}

static void check(void **state _unused_)
{
#define THERE_ARE                                                                                  \
	"; there are NAME, NUMBER, SPAN, COST, TIME, FLAG, WORDS, LIST, INLINE, VERSION, GAP"
	static const struct {
		struct table_options options;
		const struct table_type *const *types;
		const char *problem; /* NULL: none */
	} cases[] = {
		{ { 0 }, types, NULL },
		{ { .table = "OTHERS", .columns = "name,ELSE", .sort = "-else" }, types, NULL },
		{ { .columns = "+FLAG", .sort = "TIME" }, types, NULL },
		{ { .table = "x" },
		  types,
		  "--table: there is no table 'x'; there are things, others" },
		{ { .columns = "NAME,else" },
		  types,
		  "-o: there is no column 'else' in --table things; it is in --table others" THERE_ARE },
		{ { .sort = "-NOPE" },
		  types,
		  "--sort: there is no column 'NOPE' in --table things" THERE_ARE },
		{ { .columns = "" }, one, "-o: there is no column ''" THERE_ARE },
		{ { .table = "others", .sort = "" },
		  types,
		  "--sort: there is no column '' in --table others; there are NAME, ELSE" },
	};
	char problem[TABLE_PROBLEM_LEN], long_name[TABLE_PROBLEM_LEN * 2];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int err = table_check(cases[i].types, &cases[i].options, problem);

		assert_int_equal(err, cases[i].problem ? -EINVAL : 0);
		assert_string_equal(problem, cases[i].problem ? cases[i].problem : "");
	}
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(
		table_check(types, &(struct table_options){ .columns = long_name }, problem),
		-EINVAL);
	assert_non_null(strstr(problem, "GAP"));
}

static void help(void **state _unused_)
{
	struct text text;

	text_open(&text);
	table_help(text.out, types, ", of many");
	fflush(text.out);
	assert_non_null(strstr(text.s, "\nColumns of --table things, of many:\n"
				       "  NAME        a name\n"));
	assert_non_null(strstr(text.s, "\nColumns of --table others, of many:\n"));
	text_close(&text);
	text_open(&text);
	table_help(text.out, one, "");
	fflush(text.out);
	assert_int_equal(strncmp(text.s, "\nColumns for -o:\n", 17), 0);
	text_close(&text);
}

static void shown(void **state _unused_)
{
	expect(&(struct table_options){ 0 }, false,
	       "NAME NUMBER SPAN\n"
	       "b\\x1b 10 2.000 s\n"
	       "a 9 -\n"
	       "- 9 500 us\n"
	       "c 100 -\n");
	expect(&(struct table_options){ .columns = "name,time,flag,cost" }, false,
	       "NAME TIME FLAG COST\n"
	       "b\\x1b 2026-11-22T09:25:42.123456+00:00 yes 2.000 s\n"
	       "a - no -\n"
	       "- 2026-11-22T09:25:41.123456+00:00 no 500 us\n"
	       "c 2026-11-22T09:25:42.123456+00:00 yes -\n");
	/* What is escaped already is not escaped once more. */
	expect(&(struct table_options){ .columns = "WORDS,VERSION,GAP" }, false,
	       "WORDS VERSION GAP\n"
	       "\\x1b 10 10 not seen\n"
	       "\\x1b 9 ?\n"
	       "\\x1b 9 9\n"
	       "\\x1b 100 100 not seen\n");
	expect(&(struct table_options){ .columns = "NAME,LIST,INLINE" }, false,
	       "NAME LIST INLINE\n"
	       "b\\x1b x x\n"
	       "a\n"
	       "- v v,w\\x1b,x,... (4 in all)\n"
	       " w\\x1b\n"
	       " x\n"
	       " (1 more)\n"
	       "c z z,\\x5c\n"
	       " \\x5c\n");
}

/* A line for each row, and no field of it is blank. */
static void noheadings(void **state _unused_)
{
	expect(&(struct table_options){ .columns = "NAME,LIST,INLINE,GAP,NUMBER",
					.noheadings = true },
	       false,
	       "b\\x1b x x not seen 10\n"
	       "a - - - 9\n"
	       "- v,w\\x1b,x,y v,w\\x1b,x,y - 9\n"
	       "c z,\\x5c z,\\x5c not seen 100\n");
}

static void sorts(void **state _unused_)
{
	static const struct {
		const char *by, *wanted;
	} cases[] = {
		/* As numbers; what is alike stays as it came. */
		{ "number", "a\n-\nb\\x1b\nc\n" },
		{ "-NUMBER", "c\nb\\x1b\na\n-\n" },
		{ "SPAN", "a\nc\n-\nb\\x1b\n" },
		{ "-SPAN", "b\\x1b\n-\na\nc\n" },
		{ "NAME", "-\na\nb\\x1b\nc\n" },
		{ "-NAME", "c\nb\\x1b\na\n-\n" },
		/* The clock may have been set. */
		{ "TIME", "a\nc\n-\nb\\x1b\n" },
		{ "FLAG", "a\n-\nb\\x1b\nc\n" },
		{ "LIST", "a\n-\nb\\x1b\nc\n" },
		/* What is not known comes first. */
		{ "VERSION", "a\n-\nb\\x1b\nc\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		expect(&(struct table_options){ .columns = "NAME",
						.sort = cases[i].by,
						.noheadings = true },
		       false, cases[i].wanted);
}

/* More than a sort that merely happens to be stable for a few. */
static void sorts_stably(void **state _unused_)
{
	const struct table_options options = { .columns = "NUMBER", .sort = "-FLAG" };
	_cleanup_table_ struct table *table = table_new(&things, &options);
	struct text text;
	char *line;

	for (uint64_t i = 0; i < 5000; i++)
		table_row(table, &(struct row){ .number = i, .flag = i % 3 });
	text_open(&text);
	assert_int_equal(table_print(table, text.out), 0);
	fflush(text.out);
	line = strchr(text.s, '\n') + 1;
	for (int flag = 1; flag >= 0; flag--)
		for (uint64_t i = 0; i < 5000; i++) {
			if ((i % 3 ? 1 : 0) != flag)
				continue;
			assert_int_equal(strtoull(line, &line, 10), i);
			line++;
		}
	assert_int_equal(*line, '\0');
	text_close(&text);
}

static void typed(void **state _unused_)
{
	expect(&(struct table_options){ .columns = "name,number,SPAN,cost,TIME,FLAG,VERSION,GAP",
					.sort = "NAME" },
	       true,
	       "{\n \"things\": [\n"
	       " {\n \"name\": null,\n \"number\": 9,\n \"span_ns\": 500000,\n \"cost_ns\": 500000,\n"
	       " \"time\": \"2026-11-22T09:25:41.123456789Z\",\n \"flag\": false,\n"
	       " \"version\": 9,\n \"gap\": null\n },\n"
	       " {\n \"name\": \"a\",\n \"number\": 9,\n \"span_ns\": null,\n \"cost_ns\": 0,\n"
	       " \"time\": null,\n \"flag\": false,\n \"version\": null,\n \"gap\": null\n },\n"
	       " {\n \"name\": \"b\\u001B\",\n \"number\": 10,\n \"span_ns\": 2000000000,\n"
	       " \"cost_ns\": 2000000000,\n \"time\": \"2026-11-22T09:25:42.123456789Z\",\n"
	       " \"flag\": true,\n \"version\": 10,\n \"gap\": null\n },\n"
	       " {\n \"name\": \"c\",\n \"number\": 100,\n \"span_ns\": null,\n \"cost_ns\": 0,\n"
	       " \"time\": \"2026-11-22T09:25:42.123456790Z\",\n \"flag\": true,\n"
	       " \"version\": 100,\n \"gap\": null\n }\n"
	       " ]\n}\n");
	/* A list is whole. */
	expect(&(struct table_options){ .columns = "LIST", .sort = "-LIST" }, true,
	       "{\n \"things\": [\n"
	       " {\n \"list\": [\n \"z\",\n \"\\\\\"\n ]\n },\n"
	       " {\n \"list\": [\n \"x\"\n ]\n },\n"
	       " {\n \"list\": [\n \"v\",\n \"w\\u001B\",\n \"x\",\n \"y\"\n ]\n },\n"
	       " {\n \"list\": [\n\n ]\n }\n"
	       " ]\n}\n");
}

static void empty(void **state _unused_)
{
	const struct table_options options = { 0 };
	_cleanup_table_ struct table *table = table_new(&things, &options);
	struct text text;

	text_open(&text);
	assert_int_equal(table_print(table, text.out), 0);
	text_expect(&text, "");
	assert_int_equal(table_json(table, text.out), 0);
	fflush(text.out);
	assert_non_null(strstr(text.s, "\"things\": ["));
	text_close(&text);
	/* Where there was no memory. */
	table_row(NULL, &rows[0]);
	assert_int_equal(table_rows(NULL), 0);
	assert_int_equal(table_print(NULL, stderr), -ENOMEM);
	assert_int_equal(table_json(NULL, stderr), -ENOMEM);
}

/* A string that could not be made is a failure, not an empty cell. */
static void fill_nothing(struct cell *cell, const void *row _unused_)
{
	cell_take(cell, NULL);
}

static void no_memory(void **state _unused_)
{
	static const struct column failing[] = { { "NAME", NULL, "none", 0, fill_nothing } };
	static const struct table_type type = { "none", "none", TABLE_COLUMNS(failing) };
	const struct table_options options = { 0 };
	_cleanup_table_ struct table *table = table_new(&type, &options);

	table_row(table, NULL);
	assert_int_equal(table_print(table, stderr), -ENOMEM);
	assert_int_equal(table_json(table, stderr), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choose),	cmocka_unit_test(check),
		cmocka_unit_test(help),		cmocka_unit_test(shown),
		cmocka_unit_test(noheadings),	cmocka_unit_test(sorts),
		cmocka_unit_test(sorts_stably), cmocka_unit_test(typed),
		cmocka_unit_test(empty),	cmocka_unit_test(no_memory),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
