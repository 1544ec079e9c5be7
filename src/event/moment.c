// SPDX-License-Identifier: GPL-2.0
#include "event/moment.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "util/saturate.h"
#include "util/timefmt.h"

/* Seconds with up to nine decimals, of which there is no more than @max; what follows, or NULL. */
static const char *parse_ns(const char *s, int64_t max, int64_t *ns)
{
	int64_t seconds = 0, unit = NSEC_PER_SEC;

	if (!isdigit((unsigned char)*s))
		return NULL;
	for (; isdigit((unsigned char)*s); s++) {
		seconds = seconds * 10 + (*s - '0');
		if (seconds > max)
			return NULL;
	}
	*ns = seconds * NSEC_PER_SEC;
	if (*s != '.')
		return s;
	for (s++; isdigit((unsigned char)*s); s++) {
		unit /= 10;
		*ns += (*s - '0') * unit;
	}
	return s;
}

/* Two digits of no more than @max; what follows, or NULL. */
static const char *parse_two(const char *s, int max, int *value)
{
	if (!isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]))
		return NULL;
	*value = (s[0] - '0') * 10 + (s[1] - '0');
	return *value <= max ? s + 2 : NULL;
}

/* "10:20" or "10:20:16.5" as ns since midnight. */
static const char *parse_day_time(const char *s, int64_t *ns)
{
	int hours = 0, minutes = 0;
	int64_t seconds = 0;

	s = parse_two(s, 23, &hours);
	if (!s || *s != ':')
		return NULL;
	s = parse_two(s + 1, 59, &minutes);
	if (!s)
		return NULL;
	if (*s == ':')
		s = parse_ns(s + 1, 60, &seconds);
	*ns = (hours * 60 + minutes) * 60 * NSEC_PER_SEC + seconds;
	return s;
}

static const char *parse_date(const char *s, struct tm *tm)
{
	int month, day, century, year;

	s = parse_two(s, 99, &century);
	s = s ? parse_two(s, 99, &year) : NULL;
	s = s && *s == '-' ? parse_two(s + 1, 12, &month) : NULL;
	s = s && *s == '-' ? parse_two(s + 1, 31, &day) : NULL;
	if (!s || !month || !day)
		return NULL;
	*tm = (struct tm){
		.tm_year = century * 100 + year - 1900,
		.tm_mon = month - 1,
		.tm_mday = day,
	};
	return s;
}

/* "Z" or "+01:00" to ns that are to be taken away. */
static const char *parse_offset(const char *s, int64_t *ns)
{
	int hours = 0, minutes = 0, sign = *s == '-' ? -1 : 1;

	*ns = 0;
	if (*s == 'Z')
		return s + 1;
	s = parse_two(s + 1, 14, &hours);
	if (s && *s == ':')
		s++;
	s = s ? parse_two(s, 59, &minutes) : NULL;
	if (s)
		*ns = sign * (hours * 60 + minutes) * 60 * NSEC_PER_SEC;
	return s;
}

/* The beginning of a local day and what o'clock it is then, by hours that the day's length does not matter for. */
static int64_t local(struct tm *tm, int64_t day_ns)
{
	int64_t seconds = day_ns / NSEC_PER_SEC;

	tm->tm_hour = seconds / 3600;
	tm->tm_min = seconds / 60 % 60;
	tm->tm_sec = seconds % 60;
	tm->tm_isdst = -1;
	return ns_of_seconds(mktime(tm), day_ns % NSEC_PER_SEC);
}

static int parse_calendar(const char *s, struct moment *moment)
{
	int64_t offset, day_ns = 0;
	struct tm tm;

	s = parse_date(s, &tm);
	if (s && (*s == 'T' || *s == ' '))
		s = parse_day_time(s + 1, &day_ns);
	if (!s)
		return -EINVAL;
	if (*s == 'Z' || *s == '+' || *s == '-') {
		s = parse_offset(s, &offset);
		moment->ns =
			ns_of_seconds(timegm(&tm) + day_ns / NSEC_PER_SEC - offset / NSEC_PER_SEC,
				      day_ns % NSEC_PER_SEC);
	} else {
		moment->ns = local(&tm, day_ns);
	}
	moment->beyond = moment->ns == INT64_MIN || moment->ns == INT64_MAX;
	return s && !*s ? 0 : -EINVAL;
}

/* Seconds that fit into 64 bits as ns. */
#define SECONDS_MAX 9000000000

int moment_parse(const char *s, struct moment *moment)
{
	const char *end;

	*moment = (struct moment){ .set = true };
	if (strchr(s, ':') == s + 2) {
		moment->of_day = true;
		end = parse_day_time(s, &moment->ns);
	} else if (*s == '@') {
		end = parse_ns(s + 1, SECONDS_MAX, &moment->ns);
	} else if (strchr(s, '-')) {
		return parse_calendar(s, moment);
	} else {
		moment->boot = true;
		end = parse_ns(s, SECONDS_MAX, &moment->ns);
	}
	return end && !*end ? 0 : -EINVAL;
}

void moment_resolve(struct moment *moment, int64_t real_ns)
{
	time_t seconds = real_ns / NSEC_PER_SEC;
	struct tm tm;

	if (!moment->set || !moment->of_day)
		return;
	localtime_r(&seconds, &tm);
	moment->ns = local(&tm, moment->ns);
	moment->of_day = false;
}

int moment_cmp(const struct event *event, const struct moment *moment)
{
	return moment_cmp_times(event->boot_ns, event->real_ns, moment);
}

int moment_cmp_times(uint64_t boot_ns, int64_t real_ns, const struct moment *moment)
{
	uint64_t at = (uint64_t)moment->ns;

	if (moment->boot)
		return boot_ns < at ? -1 : boot_ns > at;
	return real_ns < moment->ns ? -1 : real_ns > moment->ns;
}
