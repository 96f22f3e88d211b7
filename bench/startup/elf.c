/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The size of the libraries that the program has loaded, as `size`, `strip` and `readelf` tell it.
 */
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void startup_print_libraries (void);

#if defined(__x86_64__)
#define BY_ADDRESS R_X86_64_RELATIVE
#define BY_CALL    R_X86_64_JUMP_SLOT
#elif defined(__aarch64__)
#define BY_ADDRESS R_AARCH64_RELATIVE
#define BY_CALL    R_AARCH64_JUMP_SLOT
#else
#error "the relocations of this processor are not known"
#endif

typedef struct Sizes
{
  size_t text, data, bss, stripped; /* bytes */
  size_t relative, symbolic,
      calls; /* relocations: by the address alone; by a symbol; of functions, when first called */
  size_t constructors;
} Sizes;

static void
add_relocations (const ElfW (Rela) * relocation, size_t count, Sizes *sizes)
{
  for (size_t i = 0; i < count; i++)
    switch (ELF64_R_TYPE (relocation[i].r_info))
      {
      case BY_ADDRESS: sizes->relative++; break;
      case BY_CALL: sizes->calls++; break;
      default: sizes->symbolic++;
      }
}

static void
add_section (const char *file, const ElfW (Shdr) * section, Sizes *sizes)
{
  size_t end = section->sh_offset + section->sh_size;
  if ((section->sh_flags & SHF_ALLOC) == 0)
    return;
  if (section->sh_type == SHT_NOBITS)
    sizes->bss += section->sh_size;
  else if (section->sh_flags & SHF_WRITE)
    sizes->data += section->sh_size;
  else
    sizes->text += section->sh_size;
  if (section->sh_type != SHT_NOBITS && end > sizes->stripped)
    sizes->stripped = end;
  if (section->sh_type == SHT_RELA)
    add_relocations ((const void *) (file + section->sh_offset), section->sh_size / sizeof (ElfW (Rela)), sizes);
  /* The first one is the compiler's own, in each library. */
  if (section->sh_type == SHT_INIT_ARRAY)
    sizes->constructors += section->sh_size / sizeof (ElfW (Addr)) - 1;
}

static bool
read_sizes (const char *path, Sizes *sizes)
{
  struct stat status;
  char *file = MAP_FAILED;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  const ElfW (Ehdr) * head;
  if (fd < 0)
    return false;
  if (fstat (fd, &status) == 0)
    file = mmap (NULL, (size_t) status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  close (fd);
  if (file == MAP_FAILED)
    return false;
  head = (const void *) file;
  for (size_t i = 0; i < head->e_shnum; i++)
    add_section (file, (const void *) (file + head->e_shoff + i * head->e_shentsize), sizes);
  munmap (file, (size_t) status.st_size);
  return true;
}

static bool
is_wanted (const char *name)
{
  static const char *const names[]
      = { "liblodger", "libglib-2", "libgio-2", "libgobject-2", "libgtk-4", "libuv.", "libdex", "libQt6C" };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strncmp (name, names[i], strlen (names[i])) == 0)
      return true;
  return false;
}

static int
print_library (struct dl_phdr_info *info, size_t size, void *data)
{
  const char *slash = strrchr (info->dlpi_name, '/'), *name = slash == NULL ? info->dlpi_name : slash + 1;
  Sizes sizes = { 0 };
  (void) size;
  (void) data;
  if (is_wanted (name) && read_sizes (info->dlpi_name, &sizes))
    printf ("size\t%s\t%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%zu\n", name, sizes.text, sizes.data, sizes.bss,
            sizes.stripped, sizes.relative, sizes.symbolic, sizes.calls, sizes.constructors);
  return 0;
}

void
startup_print_libraries (void)
{
  dl_iterate_phdr (print_library, NULL);
}
