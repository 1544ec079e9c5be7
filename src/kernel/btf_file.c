// SPDX-License-Identifier: GPL-2.0
#include "kernel/btf_file.h"

#include <bpf/btf.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/btf_view.h"
#include "util/cleanup.h"

/* That of a distribution's kernel has 4 to 7 MB. */
#define BTF_MAX (256UL * 1024 * 1024)

/* sysfs gives a page at a time. */
static int read_at(int fd, void *to, size_t size, uint64_t offset)
{
	for (size_t at = 0; at < size;) {
		ssize_t n = pread(fd, (char *)to + at, size - at, (off_t)(offset + at));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EINVAL;
		at += n;
	}
	return 0;
}

static int read_header(int fd, const Elf64_Ehdr *elf, uint32_t section, Elf64_Shdr *header)
{
	return read_at(fd, header, sizeof(*header), elf->e_shoff + section * sizeof(*header));
}

static int find_section(int fd, const Elf64_Ehdr *elf, Elf64_Shdr *header)
{
	static const char wanted[] = ".BTF";
	char name[sizeof(wanted)];
	Elf64_Shdr names;

	if (read_header(fd, elf, elf->e_shstrndx, &names))
		return -EINVAL;
	for (uint32_t i = 1; i < elf->e_shnum; i++) {
		if (read_header(fd, elf, i, header))
			return -EINVAL;
		if (header->sh_type == SHT_PROGBITS &&
		    !read_at(fd, name, sizeof(name), names.sh_offset + header->sh_name) &&
		    !memcmp(name, wanted, sizeof(name)))
			return 0;
	}
	return -EINVAL;
}

/* Where in the file BTF is. */
static int find_btf(int fd, uint64_t *offset, uint64_t *size)
{
	struct stat file;
	Elf64_Ehdr elf;
	Elf64_Shdr header;

	if (fstat(fd, &file))
		return -errno;
	if (!S_ISREG(file.st_mode))
		return -EINVAL;
	*offset = 0;
	*size = file.st_size;
	if (!read_at(fd, &elf, sizeof(elf), 0) && !memcmp(elf.e_ident, ELFMAG, SELFMAG)) {
		if (elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_ident[EI_DATA] != ELFDATA2LSB ||
		    elf.e_shentsize != sizeof(header) || find_section(fd, &elf, &header))
			return -EINVAL;
		*offset = header.sh_offset;
		*size = header.sh_size;
	}
	return *size > (uint64_t)file.st_size || *size > BTF_MAX ? -EINVAL : 0;
}

int btf_file_read(const char *path, void **bytes, size_t *size)
{
	/* A FIFO without a writer would wait. */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	uint64_t offset = 0, length = 0;
	int err = fd < 0 ? -errno : find_btf(fd, &offset, &length);

	if (err)
		return err;
	*size = length;
	*bytes = malloc(length + 1);
	if (!*bytes)
		return -ENOMEM;
	err = read_at(fd, *bytes, length, offset);
	if (err) {
		free(*bytes);
		*bytes = NULL;
	}
	return err;
}

struct btf *btf_file_parse(const char *path)
{
	_cleanup_free_ void *bytes = NULL;
	size_t size;
	int err = btf_file_read(path, &bytes, &size);

	if (!err)
		err = btf_view_check(bytes, size);
	errno = -err;
	return err ? NULL : btf__new(bytes, size);
}
