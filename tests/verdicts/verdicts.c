// SPDX-License-Identifier: GPL-2.0
/*
 * Random livepatches, random plans: klpscope check says what the kernel will do,
 * then the kernel does it. Run in a guest; ./compare holds the two together.
 *
 *   verdicts run SEED DECISIONS TEMPLATE TARGET USER OUT
 *	makes modules of TEMPLATE, loads and unloads TARGET and USER (who uses ftrace on functions)
 *	now and then, leaves in OUT what was said (check-N.json) and what was done (kernel.jsonl)
 *   verdicts names
 *	prints those that modules of ours have now and then, "a,b", for module_blacklist=
 *   verdicts instance TEMPLATE FILE
 *	makes of TEMPLATE what tests/modules/klpt_instance.c is
 */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define PATCHES "/sys/kernel/livepatch"
#define WORK	"/tmp/verdicts"

/* tests/modules/klpt_template.h, and how x86-64 lays it out. */
#define TEMPLATE_NAME "klpt_template"
#define NAME_LEN      640
#define STATES	      6
#define FUNCS	      3
#define STATE_SIZE    24
#define OBJECT_SIZE   168
#define FUNC_SIZE     152

#define STEPS	    40 /* of a plan */
#define WAIT_S	    60
#define MODULES_MAX 64

static uint64_t seed;

static uint64_t next(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 0x2545F4914F6CDD1DULL;
}

static unsigned int below(unsigned int n)
{
	return (next() >> 33) % n;
}

static bool percent(unsigned int n)
{
	return below(100) < n;
}

static void die(const char *what)
{
	fprintf(stderr, "verdicts: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* -- a module, and what is written over in it ----------------------------- */

struct module {
	unsigned char *data;
	size_t size;
};

static struct module read_file(const char *path)
{
	struct module m = { 0 };
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		die(path);
	m.size = st.st_size;
	m.data = malloc(m.size);
	/* sysfs gives a page at a time. */
	for (size_t done = 0; done < m.size;) {
		ssize_t n = read(fd, m.data + done, m.size - done);

		if (n <= 0)
			die(path);
		done += n;
	}
	close(fd);
	return m;
}

static void write_file(const char *path, const struct module *m)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, m->data, m->size) != (ssize_t)m->size || close(fd))
		die(path);
}

static Elf64_Shdr *sections(const struct module *m)
{
	return (Elf64_Shdr *)(m->data + ((Elf64_Ehdr *)m->data)->e_shoff);
}

static int n_sections(const struct module *m)
{
	return ((Elf64_Ehdr *)m->data)->e_shnum;
}

static Elf64_Shdr *section_if(const struct module *m, const char *name)
{
	Elf64_Shdr *all = sections(m);
	char *names = (char *)m->data + all[((Elf64_Ehdr *)m->data)->e_shstrndx].sh_offset;

	for (int i = 1; i < n_sections(m); i++)
		if (!strcmp(names + all[i].sh_name, name))
			return &all[i];
	return NULL;
}

static Elf64_Shdr *section(const struct module *m, const char *name)
{
	Elf64_Shdr *found = section_if(m, name);

	if (!found)
		die(name);
	return found;
}

/* Where a symbol lies: its section, its offset there, and in the file. */
struct spot {
	int section;
	uint64_t offset;
	unsigned char *at;
};

static struct spot spot(const struct module *m, const char *name)
{
	Elf64_Shdr *table = section(m, ".symtab"), *all = sections(m);
	char *names = (char *)m->data + all[table->sh_link].sh_offset;
	Elf64_Sym *symbols = (Elf64_Sym *)(m->data + table->sh_offset);

	for (size_t i = 1; i < table->sh_size / sizeof(*symbols); i++)
		if (!strcmp(names + symbols[i].st_name, name))
			return (struct spot){ symbols[i].st_shndx, symbols[i].st_value,
					      m->data + all[symbols[i].st_shndx].sh_offset +
						      symbols[i].st_value };
	die(name);
	return (struct spot){ 0 };
}

/* A pointer becomes NULL. */
static void unrelocate(const struct module *m, const struct spot *base, uint64_t offset)
{
	Elf64_Shdr *all = sections(m);

	for (int i = 1; i < n_sections(m); i++) {
		Elf64_Rela *relas = (Elf64_Rela *)(m->data + all[i].sh_offset);

		if (all[i].sh_type != SHT_RELA || all[i].sh_info != (unsigned int)base->section)
			continue;
		for (size_t k = 0; k < all[i].sh_size / sizeof(*relas); k++)
			if (relas[k].r_offset == base->offset + offset)
				relas[k].r_info = ELF64_R_INFO(0, R_X86_64_NONE);
	}
}

static void rename_in(const struct module *m, const char *in, const char *from, const char *to)
{
	Elf64_Shdr *s = section(m, in);
	unsigned char *at = memmem(m->data + s->sh_offset, s->sh_size, from, strlen(from));

	if (!at || strlen(to) > strlen(from))
		die(in);
	/* What is shorter ends earlier; the loader passes over the rest. */
	memset(at, 0, strlen(from));
	memcpy(at, to, strlen(to));
}

static void set_name(const struct module *m, const char *name)
{
	rename_in(m, ".gnu.linkonce.this_module", TEMPLATE_NAME, name);
	rename_in(m, ".modinfo", TEMPLATE_NAME, name);
}

static void set_state(const struct module *m, int i, uint64_t id, uint32_t version)
{
	unsigned char *at = spot(m, "klpt_states").at + i * STATE_SIZE;

	memcpy(at, &id, sizeof(id));
	memcpy(at + 8, &version, sizeof(version));
}

static void set_replace(const struct module *m, bool replace)
{
	spot(m, "klpt_patch").at[24] = replace;
}

/* struct modversion_info */
#define VERSION_SIZE 64

/* One symbol has another CRC than the kernel, or none. Returns whether there are any. */
static void spoil_version(const struct module *m)
{
	const Elf64_Shdr *s = section_if(m, "__versions");
	unsigned char *at;

	if (!s || s->sh_size < VERSION_SIZE)
		return;
	at = m->data + s->sh_offset + below(s->sh_size / VERSION_SIZE) * VERSION_SIZE;
	if (percent(70))
		at[below(4)] ^= 1 << below(8);
	else if (percent(50))
		at[4 + below(4)] ^= 1 << below(8);
	else
		at[8] = '?';
}

/* Whether the kernel compares the size of struct module (6.4); one that does not writes past its end. */
static bool size_counts(void)
{
	static int counts = -1;

	if (counts < 0) {
		struct module btf = read_file("/sys/kernel/btf/vmlinux");

		counts = memmem(btf.data, btf.size, "mod_mem_type", 12) != NULL;
		free(btf.data);
	}
	return counts;
}

static void spoil_loading(const struct module *m)
{
	switch (below(5)) {
	case 0:
	case 1:
		spoil_version(m);
		break;
	case 2:
		rename_in(m, ".modinfo", "import_ns=DMA_BUF", "import_ns=DMA_BUG");
		break;
	case 3:
		rename_in(m, ".modinfo", "license=GPL",
			  percent(50) ? "license=LGP" : "licence=GPL");
		break;
	case 4:
		if (size_counts())
			section(m, ".gnu.linkonce.this_module")->sh_size -= 64;
		break;
	}
}

static void set_string(const struct module *m, int i, const char *name)
{
	unsigned char *at = spot(m, "klpt_names").at + i * NAME_LEN;

	memset(at, 0, NAME_LEN);
	memcpy(at, name, strlen(name));
}

/* Of the two objects' functions, the first's first. */
static struct spot func(const struct module *m, int i)
{
	struct spot s = spot(m, i < FUNCS ? "klpt_vmlinux_funcs" : "klpt_module_funcs");

	s.offset += i % FUNCS * FUNC_SIZE;
	s.at += i % FUNCS * FUNC_SIZE;
	return s;
}

static void set_sympos(const struct module *m, int i, uint64_t sympos)
{
	memcpy(func(m, i).at + 16, &sympos, sizeof(sympos));
}

static void drop_func(const struct module *m, int i)
{
	struct spot s = func(m, i);

	unrelocate(m, &s, 0);
	unrelocate(m, &s, 8);
	set_sympos(m, i, 0);
}

/* -- random ones ---------------------------------------------------------- */

static const char *const good[FUNCS] = { "cmdline_proc_show", "loadavg_proc_show",
					 "version_proc_show" };
static const char *const in_target[FUNCS] = { "klpt_target_one", "klpt_target_two",
					      "klpt_target_three" };
static char ambiguous[NAME_LEN]; /* a name that several of the kernel's functions have */

/* In kallsyms more than once, without a number or a dot in it. */
static void find_ambiguous(void)
{
	static const char *const tries[] = { "m_show", "s_show",  "c_show",  "t_show",
					     "t_next", "s_start", "c_start", "reset" };
	unsigned int counts[ARRAY_SIZE(tries)] = { 0 };
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[1024], name[1024], module[128];

	while (f && fgets(line, sizeof(line), f)) {
		int n = sscanf(line, "%*s %*c %1023s %127s", name, module);

		for (size_t i = 0; n == 1 && i < ARRAY_SIZE(tries); i++)
			counts[i] += !strcmp(name, tries[i]);
	}
	if (!f)
		die("kallsyms");
	fclose(f);
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++)
		if (counts[i] > 1)
			snprintf(ambiguous, sizeof(ambiguous), "%s", tries[i]);
	if (!ambiguous[0])
		die("no ambiguous name");
}

/* As long as names are that a kernel takes, or one more, or more than any takes. */
static const char *long_name(void)
{
	static const unsigned int lengths[] = { 126, 127, 128, 129, 300, 510, 511, 512, 513, 639 };
	static char name[NAME_LEN];

	memset(name, 0, sizeof(name));
	memset(name, 'a' + below(26), lengths[below(ARRAY_SIZE(lengths))]);
	return name;
}

static void random_func(const struct module *m, int i, const char *name, unsigned int faults)
{
	struct spot s = func(m, i);

	set_string(m, i, name);
	set_sympos(m, i, below(2));
	if (!percent(faults))
		return;
	switch (below(8)) {
	case 0:
		set_string(m, i, "klpt_no_such_function");
		break;
	case 7:
		set_string(m, i, long_name());
		break;
	case 1:
		set_string(m, i, ambiguous);
		set_sympos(m, i, 0);
		break;
	case 2:
		set_sympos(m, i, 2 + below(100));
		break;
	case 3: /* ftrace cannot hook it */
		set_string(m, i, "klp_ftrace_handler");
		break;
	case 4:
		unrelocate(m, &s, 8);
		break;
	case 5:
		/* A cumulative one would crash kernels up to 6.18 at least (klp_add_nops()), which check says. */
		set_replace(m, false);
		unrelocate(m, &s, 0);
		break;
	case 6:
		set_string(m, i, "");
		break;
	}
}

static void random_funcs(const struct module *m, int first, const char *const names[FUNCS],
			 unsigned int faults)
{
	unsigned int n = below(FUNCS + 1), begin = below(FUNCS);

	for (unsigned int i = 0; i < FUNCS; i++) {
		if (i >= n)
			drop_func(m, first + i);
		else if (i && percent(faults)) /* named before */
			random_func(m, first + i, names[begin], 0);
		else
			random_func(m, first + i, names[(begin + i) % FUNCS], faults);
	}
}

/* What no module can be, and what sysfs has already. */
static const char *odd_object(void)
{
	static const char *const names[] = {
		"vmlinux",
		"klpt_target.ko",
		"klpt-target",
		"klpt_target ",
		"enabled",
		"transition",
		"force",
		"a/b",
		"printk",
		"8250",
		"serial_core",
		"",
		"a_name_that_has_fifty_five_characters_so_that_it_fits__",
		"a_name_that_has_fifty_six_characters_so_it_does_not_fit_",
	};

	return names[below(ARRAY_SIZE(names))];
}

static void random_objects(const struct module *m, unsigned int faults)
{
	struct spot objects = spot(m, "klpt_objects"), patch = spot(m, "klpt_patch");

	random_funcs(m, 0, good, faults);
	random_funcs(m, FUNCS, in_target, faults);
	set_string(m, 2 * FUNCS,
		   percent(faults) ? odd_object()
		   : percent(70)   ? "klpt_target"
				   : "klpt_absent");
	/* So that long names are installed. */
	if (percent(3))
		set_string(m, FUNCS, long_name());
	if (percent(50)) {
		unrelocate(m, &objects, OBJECT_SIZE);
		unrelocate(m, &objects, OBJECT_SIZE + 8);
	} else if (percent(faults)) {
		/* Both are vmlinux. */
		unrelocate(m, &objects, OBJECT_SIZE);
	} else if (percent(faults)) {
		unrelocate(m, &objects, OBJECT_SIZE + 8);
	}
	if (percent(faults / 2))
		unrelocate(m, &patch, 8);
}

static void random_states(const struct module *m)
{
	static const uint64_t ids[] = { 1, 2, 3, 1ULL << 32, UINT64_MAX };
	unsigned int n = below(4);
	struct spot patch = spot(m, "klpt_patch");

	for (int i = 0; i < STATES; i++)
		set_state(m, i, 0, 0);
	for (unsigned int i = 0; i < n; i++)
		set_state(m, i, ids[below(ARRAY_SIZE(ids))],
			  percent(2)	? UINT32_MAX
			  : percent(60) ? 3
					: below(4));
	if (percent(10))
		unrelocate(m, &patch, 16);
}

static struct module random_module(const struct module *template, const char *name)
{
	struct module m = { malloc(template->size), template->size };
	unsigned int faults = percent(25) ? 25 : 0;

	memcpy(m.data, template->data, m.size);
	set_name(&m, name);
	set_replace(&m, percent(35));
	random_states(&m);
	random_objects(&m, faults);
	if (percent(3))
		rename_in(&m, ".modinfo", "livepatch=Y", "livepotch=Y");
	if (percent(3))
		rename_in(&m, ".modinfo", " mod_unload", " mod_upload");
	if (percent(12))
		spoil_loading(&m);
	return m;
}

/* -- the kernel ----------------------------------------------------------- */

static bool exists(const char *format, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), format, name);
	return !access(path, F_OK);
}

static char read_char(const char *format, const char *name)
{
	char path[256], c = 0;
	int fd;

	snprintf(path, sizeof(path), format, name);
	fd = open(path, O_RDONLY);
	if (fd >= 0 && read(fd, &c, 1) != 1)
		c = 0;
	if (fd >= 0)
		close(fd);
	return c;
}

static void nap(void)
{
	const struct timespec ms = { .tv_nsec = 2000000 };

	nanosleep(&ms, NULL);
}

/* Calls @fn with the name of each installed livepatch, until it says true. */
static bool each_installed(bool (*fn)(const char *name, void *ctx), void *ctx)
{
	DIR *dir = opendir(PATCHES);
	struct dirent *entry;
	bool stopped = false;

	while (dir && !stopped && (entry = readdir(dir)))
		stopped = entry->d_name[0] != '.' && fn(entry->d_name, ctx);
	if (dir)
		closedir(dir);
	return stopped;
}

/* In transition, or disabled and not yet taken off. */
static bool is_busy(const char *name, void *ctx)
{
	(void)ctx;
	return read_char(PATCHES "/%s/transition", name) == '1' ||
	       read_char(PATCHES "/%s/enabled", name) == '0';
}

static void settle(void)
{
	time_t until = time(NULL) + WAIT_S;

	while (each_installed(is_busy, NULL)) {
		if (time(NULL) > until) {
			errno = ETIMEDOUT;
			die("a transition does not complete");
		}
		nap();
	}
}

static void unload(const char *name)
{
	time_t until = time(NULL) + WAIT_S;

	while (syscall(SYS_delete_module, name, O_NONBLOCK) && errno != ENOENT) {
		if (time(NULL) > until)
			die(name);
		nap();
	}
}

static int load(const struct module *m, const char *parameters)
{
	return syscall(SYS_init_module, m->data, m->size, parameters) ? errno : 0;
}

static int disable(const char *name)
{
	char path[256];
	int fd, err = 0;

	snprintf(path, sizeof(path), PATCHES "/%s/enabled", name);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return errno;
	if (write(fd, "0", 1) != 1)
		err = errno;
	close(fd);
	return err;
}

struct installed {
	FILE *out;
	bool more;
};

static bool print_name(const char *name, void *ctx)
{
	struct installed *installed = ctx;

	fprintf(installed->out, "%s\"%s\"", installed->more ? "," : "", name);
	installed->more = true;
	return false;
}

/* What is built in has its place in /sys/module. */
static const char *const built_in[] = { "module", "printk", "kernel" };

/* -- plans ---------------------------------------------------------------- */

struct step {
	bool disables;
	char name[32];
	struct module module;
};

static struct step steps[STEPS];
static char known[MODULES_MAX][32]; /* modules that may be loaded */
static bool stale[MODULES_MAX]; /* loaded and unused when the plan began */
static int n_known;
static unsigned int made;

static void make_plan(const struct module *template)
{
	for (int i = 0; i < STEPS; i++) {
		struct step *step = &steps[i];
		const struct step *old = i ? &steps[below(i)] : NULL;
		char path[64];

		step->disables = false;
		step->module = (struct module){ 0 };
		if (percent(12) && (old || n_known)) {
			step->disables = true;
			snprintf(step->name, sizeof(step->name), "%s",
				 old && percent(80) ? old->name
				 : n_known	    ? known[below(n_known)]
						    : "klpt_nothing");
			continue;
		}
		if (old && !old->disables && percent(10)) {
			/* Once more the same. */
			snprintf(step->name, sizeof(step->name), "%s", old->name);
			step->module =
				(struct module){ malloc(old->module.size), old->module.size };
			memcpy(step->module.data, old->module.data, old->module.size);
			continue;
		}
		snprintf(step->name, sizeof(step->name), "klpt_g%07u", ++made);
		if (percent(2))
			snprintf(step->name, sizeof(step->name), "%s",
				 built_in[below(ARRAY_SIZE(built_in))]);
		step->module = random_module(template, step->name);
		snprintf(path, sizeof(path), WORK "/%s.ko", step->name);
		write_file(path, &step->module);
	}
}

static void ask(int plan, const char *out)
{
	char *argv[2 * STEPS + 8], paths[STEPS][64], file[256];
	int n = 0, status;
	pid_t pid;

	argv[n++] = "klpscope";
	argv[n++] = "check";
	argv[n++] = "--json";
	for (int i = 0; i < STEPS; i++) {
		if (steps[i].disables) {
			argv[n++] = "--disable";
			argv[n++] = steps[i].name;
		} else {
			snprintf(paths[i], sizeof(paths[i]), WORK "/%s.ko", steps[i].name);
			argv[n++] = paths[i];
		}
	}
	argv[n] = NULL;
	snprintf(file, sizeof(file), "%s/check-%d.json", out, plan);
	pid = fork();
	if (!pid) {
		int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(fd, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status) ||
	    (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 3 && WEXITSTATUS(status) != 4)) {
		errno = EPROTO;
		die("klpscope check failed");
	}
}

static bool was_stale(const char *name)
{
	for (int i = 0; i < n_known; i++)
		if (!strcmp(known[i], name))
			return stale[i];
	return false;
}

static void do_step(int plan, int i, FILE *log)
{
	const struct step *step = &steps[i];
	struct installed installed = { .out = log };
	bool is_installed = exists(PATCHES "/%s", step->name);
	int err;

	if (step->disables) {
		err = is_installed ? disable(step->name) : ENOENT;
		settle();
		if (!err) {
			while (exists(PATCHES "/%s", step->name))
				nap();
			unload(step->name);
		}
	} else {
		/* What a step of this plan has replaced is unloaded, as the plan takes for granted. */
		if (!is_installed && exists("/sys/module/%s", step->name) && !was_stale(step->name))
			unload(step->name);
		err = load(&step->module, "");
		if (!err)
			settle();
	}
	fprintf(log,
		"{\"plan\":%d,\"step\":%d,\"action\":\"%s\",\"patch\":\"%s\",\"error\":%d,\"installed\":[",
		plan, i + 1, step->disables ? "disable" : "enable", step->name, -err);
	each_installed(print_name, &installed);
	fputs("]}\n", log);
	fflush(log);
}

/* Which modules of ours are loaded, and which of them are of no use. */
static void look_loaded(void)
{
	FILE *f = fopen("/proc/modules", "r");
	char line[512];

	n_known = 0;
	while (f && fgets(line, sizeof(line), f) && n_known < MODULES_MAX) {
		if (strncmp(line, "klpt_g", 6) || sscanf(line, "%31s", known[n_known]) != 1)
			continue;
		stale[n_known] = !exists(PATCHES "/%s", known[n_known]);
		n_known++;
	}
	if (f)
		fclose(f);
}

/* Not all is tidied up, so that plans begin with something. */
static void tidy(const struct module *target, const struct module *user, bool all)
{
	static const char *const kinds[] = { "ipmodify", "kprobe_post", "direct", "ftrace",
					     "kprobe" };
	char parameters[128];

	look_loaded();
	for (int i = n_known; i-- > 0;) {
		if (!stale[i] && (all || percent(60))) {
			disable(known[i]);
			settle();
			stale[i] = true;
		}
		if (stale[i] && (all || percent(70)))
			unload(known[i]);
	}
	if (!all && percent(50))
		load(target, "");
	else
		unload("klpt_target");
	unload("klpt_user");
	snprintf(parameters, sizeof(parameters), "kind=%s func=%s", kinds[below(ARRAY_SIZE(kinds))],
		 good[below(FUNCS)]);
	/* Where a livepatch is on that function, it is this one that may be refused. */
	if (!all && percent(30))
		load(user, parameters);
}

static void clear_plan(void)
{
	for (int i = 0; i < STEPS; i++) {
		char path[64];

		snprintf(path, sizeof(path), WORK "/%s.ko", steps[i].name);
		unlink(path);
		free(steps[i].module.data);
	}
}

static int run(char **argv)
{
	struct module template = read_file(argv[2]), target = read_file(argv[3]);
	struct module user = read_file(argv[4]);
	const char *out = argv[5];
	int decisions = atoi(argv[1]), done = 0;
	char path[256];
	FILE *log;

	seed = strtoull(argv[0], NULL, 0);
	mkdir(WORK, 0700);
	snprintf(path, sizeof(path), "%s/kernel.jsonl", out);
	log = fopen(path, "w");
	if (!log)
		die(path);
	find_ambiguous();
	for (int plan = 0; done < decisions; plan++) {
		tidy(&target, &user, plan % 8 == 0);
		look_loaded();
		make_plan(&template);
		ask(plan, out);
		for (int i = 0; i < STEPS; i++, done++)
			do_step(plan, i, log);
		clear_plan();
	}
	tidy(&target, &user, true);
	return fclose(log) != 0;
}

/* Every so many modules, and not beyond what a command line may hold. */
#define LISTED_EVERY 23
#define LISTED	     64

static int names(void)
{
	for (unsigned int i = 1; i <= LISTED; i++)
		printf("%sklpt_g%07u", i > 1 ? "," : "", i * LISTED_EVERY);
	putchar('\n');
	return 0;
}

static int instance(char **argv)
{
	static const char *const names[] = { "cmdline_proc_show",
					     "loadavg_proc_show",
					     "version_proc_show",
					     "one",
					     "two",
					     "three",
					     "klpt_target" };
	struct module m = read_file(argv[0]);

	set_name(&m, "klpt_instance");
	set_replace(&m, false);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		set_string(&m, i, names[i]);
	for (int i = 0; i < 2 * FUNCS; i++)
		set_sympos(&m, i, 2);
	for (int i = 0; i < STATES; i++)
		set_state(&m, i, 0, 0);
	set_state(&m, 0, 7, 70);
	set_state(&m, 1, UINT64_MAX - 7, UINT32_MAX);
	set_state(&m, 2, 9, 0);
	write_file(argv[1], &m);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 8 && !strcmp(argv[1], "run"))
		return run(argv + 2);
	if (argc == 2 && !strcmp(argv[1], "names"))
		return names();
	if (argc == 4 && !strcmp(argv[1], "instance"))
		return instance(argv + 2);
	fputs("usage: verdicts run SEED DECISIONS TEMPLATE TARGET USER OUT | names | instance TEMPLATE FILE\n",
	      stderr);
	return 2;
}
