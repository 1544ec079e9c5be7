// SPDX-License-Identifier: GPL-2.0
#include "util/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"

void sync_folder(const char *path)
{
	_cleanup_free_ char *folder = strdup(path);
	_cleanup_close_ int fd = -1;
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (slash)
		slash[slash == folder] = '\0';
	if (folder)
		fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		fsync(fd);
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		data += n;
		size -= n;
	}
	return 0;
}

static int write_new(const char *path, const void *data, size_t size)
{
	_cleanup_close_ int fd = -1;
	int err;

	/* What a killed one has left; never what a link leads to. */
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	err = write_all(fd, data, size);
	if (!err && (fchmod(fd, 0644) || fsync(fd)))
		err = -errno;
	return err;
}

int replace_file(const char *path, const void *data, size_t size)
{
	_cleanup_free_ char *new = NULL;
	int err;

	if (asprintf(&new, "%s.new", path) < 0) {
		new = NULL;
		return -ENOMEM;
	}
	err = write_new(new, data, size);
	if (!err && rename(new, path))
		err = -errno;
	if (err)
		unlink(new);
	else
		sync_folder(path);
	return err;
}
