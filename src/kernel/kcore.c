// SPDX-License-Identifier: GPL-2.0
#include "kernel/kcore.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>

#include "util/cleanup.h"

int kcore_read(uint64_t addr, void *buf, size_t size)
{
	_cleanup_close_ int fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	Elf64_Ehdr header;

	if (fd < 0)
		return -errno;
	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return -EIO;
	for (int i = 0; i < header.e_phnum; i++) {
		Elf64_Phdr part;
		ssize_t n;

		if (pread(fd, &part, sizeof(part), header.e_phoff + i * sizeof(part)) !=
		    sizeof(part))
			return -EIO;
		if (part.p_type != PT_LOAD || addr < part.p_vaddr ||
		    addr - part.p_vaddr >= part.p_memsz)
			continue;
		n = pread(fd, buf, size, part.p_offset + (addr - part.p_vaddr));
		return n < 0 ? -errno : n;
	}
	return -ENOENT;
}
