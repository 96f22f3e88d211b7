/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scaling.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct
{
  const ElfW (Sym) * symbols;
  size_t count;
  const char *names;
  uintptr_t base;
} table;

/* The program itself is the first one. */
static int
note_base (struct dl_phdr_info *info, size_t size, void *data)
{
  (void) size;
  (void) data;
  table.base = info->dlpi_addr;
  return 1;
}

static void
read_table (void)
{
  int fd = open ("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  struct stat status;
  const char *file;
  const ElfW (Ehdr) * head;
  const ElfW (Shdr) * sections;
  if (fd < 0 || fstat (fd, &status) != 0)
    return;
  file = mmap (NULL, (size_t) status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  close (fd);
  if (file == MAP_FAILED)
    return;
  head = (const void *) file;
  sections = (const void *) (file + head->e_shoff);
  for (size_t i = 0; i < head->e_shnum; i++)
    if (sections[i].sh_type == SHT_SYMTAB)
      {
        table.symbols = (const void *) (file + sections[i].sh_offset);
        table.count = sections[i].sh_size / sizeof (ElfW (Sym));
        table.names = file + sections[sections[i].sh_link].sh_offset;
      }
  dl_iterate_phdr (note_base, NULL);
}

const char *
symbols_find (const void *address)
{
  uintptr_t at;
  if (table.symbols == NULL)
    read_table ();
  at = (uintptr_t) address - table.base;
  for (size_t i = 0; i < table.count; i++)
    {
      const ElfW (Sym) *symbol = &table.symbols[i];
      if (symbol->st_size > 0 && at >= symbol->st_value && at < symbol->st_value + symbol->st_size)
        return table.names + symbol->st_name;
    }
  return NULL;
}
