// SPDX-License-Identifier: GPL-2.0
#include "kernel/kcore.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Stretches of memory; a host has a few, and one for each of its banks of memory. */
#define PARTS_MAX 4096

struct kcore {
	int fd;
	size_t n;
	Elf64_Phdr parts[];
};

static int read_parts(int fd, struct kcore **kcore)
{
	Elf64_Ehdr header;
	struct kcore *k;
	size_t size;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
	    header.e_phentsize != sizeof(Elf64_Phdr))
		return -EIO;
	if (header.e_phnum > PARTS_MAX)
		return -E2BIG;
	size = header.e_phnum * sizeof(*k->parts);
	k = malloc(sizeof(*k) + size);
	if (!k)
		return -ENOMEM;
	k->fd = fd;
	k->n = header.e_phnum;
	if (pread(fd, k->parts, size, header.e_phoff) != (ssize_t)size) {
		free(k);
		return -EIO;
	}
	*kcore = k;
	return 0;
}

int kcore_open(struct kcore **kcore)
{
	int fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC), err;

	*kcore = NULL;
	if (fd < 0)
		return -errno;
	err = read_parts(fd, kcore);
	if (err)
		close(fd);
	return err;
}

int kcore_read(const struct kcore *k, uint64_t addr, void *buf, size_t size)
{
	for (size_t i = 0; i < k->n; i++) {
		const Elf64_Phdr *part = &k->parts[i];
		ssize_t n;

		if (part->p_type != PT_LOAD || addr < part->p_vaddr ||
		    addr - part->p_vaddr >= part->p_memsz)
			continue;
		n = pread(k->fd, buf, size, part->p_offset + (addr - part->p_vaddr));
		return n < 0 ? -errno : n;
	}
	return -ENOENT;
}

void kcore_close(struct kcore *k)
{
	if (!k)
		return;
	close(k->fd);
	free(k);
}
