// SPDX-License-Identifier: GPL-2.0
#include "kernel/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

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

int sysfs_read(const char *path, struct sysfs_patches *patches)
{
	_cleanup_(closedirp) DIR *dir = opendir(path);
	struct dirent *entry;

	*patches = (struct sysfs_patches){ 0 };
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		struct sysfs_patch *list;

		if (entry->d_name[0] == '.')
			continue;
		list = grow(patches->list, patches->n, &patches->room, sizeof(*list));
		if (!list) {
			sysfs_clear(patches);
			return -ENOMEM;
		}
		patches->list = list;
		list = &list[patches->n++];
		*list = (struct sysfs_patch){
			.enabled = read_flag(dirfd(dir), entry->d_name, "enabled"),
			.transition = read_flag(dirfd(dir), entry->d_name, "transition"),
		};
		snprintf(list->name, sizeof(list->name), "%.*s", WIRE_NAME_LEN, entry->d_name);
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
