// SPDX-License-Identifier: GPL-2.0
#include "kernel/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/array.h"
#include "util/cleanup.h"

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* A flag file of a patch; false when it is gone, as when the patch is being freed. */
static bool read_flag(int dir, const char *patch, const char *flag)
{
	_cleanup_close_ int fd = -1;
	char path[512], value = '0';

	snprintf(path, sizeof(path), "%s/%s", patch, flag);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, &value, 1) == 1 && value == '1';
}

enum module_is { MODULE_IS_GONE, MODULE_IS_CHANGING, MODULE_IS_LIVE };

/* "NAME SIZE REFS USERS Live 0xADDRESS", a line for each module that is not unformed. */
static enum module_is module_in(const char *modules, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = modules; *line;
	     line += strcspn(line, "\n"), line += *line == '\n') {
		size_t rest = strcspn(line, "\n");

		if (rest <= len || strncmp(line, name, len) || line[len] != ' ')
			continue;
		return memmem(line, rest, " Live ", 6) ? MODULE_IS_LIVE : MODULE_IS_CHANGING;
	}
	return MODULE_IS_GONE;
}

/* The whole of a file of /proc; the caller's to free, NULL with errno set. */
static char *read_all(const char *path)
{
	FILE *in = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	if (!in)
		return NULL;
	/* There is no NUL in it; of nothing at all, there may be no text. */
	if (getdelim(&text, &room, '\0', in) < 0) {
		int err = ferror(in) ? errno : 0;

		free(text);
		text = err ? NULL : strdup("");
		errno = err ? err : ENOMEM;
	}
	fclose(in);
	return text;
}

static int list_names(DIR *dir, struct sysfs_patches *patches)
{
	struct dirent *entry;

	while ((entry = readdir(dir))) {
		struct sysfs_patch *list;

		if (entry->d_name[0] == '.')
			continue;
		list = grow(patches->list, patches->n, &patches->room, sizeof(*list));
		if (!list)
			return -ENOMEM;
		patches->list = list;
		list = &list[patches->n++];
		*list = (struct sysfs_patch){ 0 };
		snprintf(list->name, sizeof(list->name), "%.*s", WIRE_NAME_LEN, entry->d_name);
	}
	return 0;
}

/* A module is unloaded after its livepatch has left sysfs; so what is still here, and was so before, is left behind. */
static bool is_gone(int dir, const char *modules, const char *name)
{
	_cleanup_free_ char *now = NULL;

	if (faccessat(dir, name, F_OK, 0))
		return false;
	now = read_all(modules);
	return now && module_in(now, name) == MODULE_IS_GONE;
}

int sysfs_read(const char *path, const char *modules, struct sysfs_patches *patches)
{
	_cleanup_(closedirp) DIR *dir = opendir(path);
	_cleanup_free_ char *loaded = NULL;
	int err;

	*patches = (struct sysfs_patches){ 0 };
	if (!dir)
		return -errno;
	err = list_names(dir, patches);
	if (!err && !patches->n)
		return 0;
	if (!err) {
		loaded = read_all(modules);
		err = loaded ? 0 : -errno;
	}
	if (!loaded) {
		sysfs_clear(patches);
		return err;
	}
	for (size_t i = 0; i < patches->n; i++) {
		struct sysfs_patch *patch = &patches->list[i];
		enum module_is module = module_in(loaded, patch->name);

		patch->read = module == MODULE_IS_LIVE;
		if (patch->read) {
			patch->enabled = read_flag(dirfd(dir), patch->name, "enabled");
			patch->transition = read_flag(dirfd(dir), patch->name, "transition");
		}
		patch->gone = module == MODULE_IS_GONE && is_gone(dirfd(dir), modules, patch->name);
	}
	return 0;
}

const struct sysfs_patch *sysfs_find(const struct sysfs_patches *patches, const char *name)
{
	for (size_t i = 0; i < patches->n; i++)
		if (!strcmp(patches->list[i].name, name))
			return &patches->list[i];
	return NULL;
}

/* A folder "NAME,POSITION" for each function. */
char *sysfs_function(const char *path, const char *patch, const char *object, const char *begin,
		     uint32_t sympos)
{
	_cleanup_(closedirp) DIR *dir = NULL;
	char folder[512], position[16];
	size_t len = strlen(begin);
	struct dirent *entry;
	char *found = NULL;

	snprintf(folder, sizeof(folder), "%s/%s/%s", path, patch, object);
	snprintf(position, sizeof(position), ",%u", sympos ? sympos : 1);
	dir = opendir(folder);
	while (dir && (entry = readdir(dir))) {
		const char *comma = strrchr(entry->d_name, ',');

		if (!comma || strcmp(comma, position) || strncmp(entry->d_name, begin, len))
			continue;
		if (found) {
			free(found);
			return NULL;
		}
		found = strndup(entry->d_name, comma - entry->d_name);
	}
	return found;
}

bool sysfs_patched(const char *dir, const char *patch, const char *object, bool *patched)
{
	_cleanup_close_ int fd = -1;
	char path[512], value = 0;

	snprintf(path, sizeof(path), "%s/%s/%s/patched", dir, patch, object);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, &value, 1) != 1)
		return false;
	*patched = value == '1';
	return true;
}

void sysfs_clear(struct sysfs_patches *patches)
{
	free(patches->list);
	*patches = (struct sysfs_patches){ 0 };
}
