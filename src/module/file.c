// SPDX-License-Identifier: GPL-2.0
#include "module/file.h"

#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/btf_file.h"
#include "module/read.h"
#include "module/unpack.h"
#include "util/cleanup.h"

/* vmlinux with its debug information is larger than any module. */
#define FILE_MAX (1024UL * 1024 * 1024)

static int open_regular(const char *path, size_t max, size_t *size, struct failure *why)
{
	/* A FIFO without a writer would wait, a device might do anything when it is opened to write. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return failure_plain(why, FAILURE_FILE, -errno);
	if (fstat(fd, &st)) {
		failure_plain(why, FAILURE_FILE, -errno);
	} else if (S_ISDIR(st.st_mode)) {
		failure_set(why, FAILURE_NO_MODULE, 0, "a directory");
	} else if (!S_ISREG(st.st_mode)) {
		failure_set(why, FAILURE_NO_MODULE, 0, "no regular file");
	} else if ((uint64_t)st.st_size > max) {
		failure_set(why, FAILURE_TOO_LARGE, 0, "%lld MB; the limit is %zu MB",
			    (long long)st.st_size >> 20, max >> 20);
	} else {
		*size = st.st_size;
		return fd;
	}
	close(fd);
	return -EINVAL;
}

static int read_all(int fd, struct file_bytes *bytes, size_t size, size_t max, struct failure *why)
{
	size_t room = size + 1;

	/* Files of sysfs tell no size; one more byte shows that one has grown. */
	if (!size)
		room = max;
	bytes->data = malloc(room);
	if (!bytes->data)
		return failure_plain(why, FAILURE_SYSTEM, -ENOMEM);
	while (bytes->size < room) {
		ssize_t n = read(fd, bytes->data + bytes->size, room - bytes->size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failure_plain(why, FAILURE_FILE, -errno);
		if (!n)
			return 0;
		bytes->size += n;
	}
	return failure_set(why, FAILURE_FILE, -EAGAIN, "it grew while it was read");
}

static int read_unpacked(const char *path, size_t max, struct file_bytes *bytes,
			 struct failure *why)
{
	_cleanup_close_ int fd = -1;
	unsigned char *unpacked;
	size_t size = 0;
	int err;

	*bytes = (struct file_bytes){ 0 };
	fd = open_regular(path, max, &size, why);
	if (fd < 0)
		return fd;
	err = read_all(fd, bytes, size, max, why);
	if (!err)
		err = unpack(bytes->data, bytes->size, &unpacked, &size, why);
	if (!err && unpacked) {
		free(bytes->data);
		*bytes = (struct file_bytes){ unpacked, size };
	}
	if (err) {
		free(bytes->data);
		*bytes = (struct file_bytes){ 0 };
	}
	return err;
}

static int file_read(const char *path, struct file_bytes *bytes, struct failure *why)
{
	return read_unpacked(path, UNPACK_MAX, bytes, why);
}

int module_file_read(const char *path, const struct klp_layout *layout, struct module_facts *facts,
		     struct failure *why)
{
	struct file_bytes bytes;
	int err;

	memset(facts, 0, sizeof(*facts));
	facts->file = strdup(path);
	if (!facts->file)
		return failure_plain(why, FAILURE_SYSTEM, -ENOMEM);
	err = file_read(path, &bytes, why);
	if (!err)
		err = module_facts_read(facts, bytes.data, bytes.size, layout, why);
	if (err)
		failure_set(why, FAILURE_SYSTEM, err, "reading it");
	free(bytes.data);
	return err;
}

static void btf_freep(struct btf **btf)
{
	btf__free(*btf);
}

int klp_layout_from_file(const char *path, struct klp_layout *layout, struct failure *why)
{
	_cleanup_close_ int fd = -1;
	_cleanup_(btf_freep) struct btf *btf = NULL;
	size_t size;
	int err;

	fd = open_regular(path, FILE_MAX, &size, why);
	if (fd < 0) {
		why->kind = FAILURE_BAD_BTF;
		return fd;
	}
	btf = btf_file_parse(path);
	if (!btf)
		return failure_set(why, FAILURE_BAD_BTF, -errno, "%s", path);
	err = klp_layout_of(btf, layout);
	if (err)
		failure_set(why, FAILURE_BAD_BTF, 0,
			    "%s does not describe struct klp_patch and what belongs to it", path);
	return err;
}
