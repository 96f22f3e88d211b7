/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "family.h"

#include <string.h>

/* The first entry that fits says it. One that ends with an asterisk is how the type begins. */
static const struct
{
  const char *type;
  Family family;
} families[] = {
  { "image/vnd.djvu*", FAMILY_DOCUMENTS },
  { "image/*", FAMILY_IMAGES },
  { "application/x-krita", FAMILY_IMAGES },
  { "application/vnd.oasis.opendocument.graphics*", FAMILY_IMAGES },
  { "video/*", FAMILY_VIDEO },
  { "application/x-matroska", FAMILY_VIDEO },
  { "application/vnd.rn-realmedia*", FAMILY_VIDEO },
  { "application/vnd.ms-asf", FAMILY_VIDEO },
  { "application/mxf", FAMILY_VIDEO },
  { "audio/*", FAMILY_AUDIO },
  { "application/ogg", FAMILY_AUDIO },
  { "application/pdf", FAMILY_DOCUMENTS },
  { "application/x-gzpdf", FAMILY_DOCUMENTS },
  { "application/x-bzpdf", FAMILY_DOCUMENTS },
  { "application/postscript", FAMILY_DOCUMENTS },
  { "application/x-dvi", FAMILY_DOCUMENTS },
  { "application/x-gzpostscript", FAMILY_DOCUMENTS },
  { "application/rtf", FAMILY_DOCUMENTS },
  { "application/msword*", FAMILY_DOCUMENTS },
  { "application/vnd.ms-word*", FAMILY_DOCUMENTS },
  { "application/vnd.ms-excel*", FAMILY_DOCUMENTS },
  { "application/vnd.ms-powerpoint*", FAMILY_DOCUMENTS },
  { "application/vnd.oasis.opendocument.*", FAMILY_DOCUMENTS },
  { "application/vnd.openxmlformats-officedocument.*", FAMILY_DOCUMENTS },
  { "application/vnd.stardivision.*", FAMILY_DOCUMENTS },
  { "application/vnd.sun.xml.*", FAMILY_DOCUMENTS },
  { "application/vnd.lotus-*", FAMILY_DOCUMENTS },
  { "application/epub+zip", FAMILY_DOCUMENTS },
  { "application/x-mobipocket-ebook", FAMILY_DOCUMENTS },
  { "application/x-fictionbook+xml", FAMILY_DOCUMENTS },
  { "application/x-abiword", FAMILY_DOCUMENTS },
  { "application/x-gnumeric", FAMILY_DOCUMENTS },
  { "application/xhtml+xml", FAMILY_DOCUMENTS },
  { "application/zip", FAMILY_ARCHIVES },
  { "application/gzip", FAMILY_ARCHIVES },
  { "application/zlib", FAMILY_ARCHIVES },
  { "application/zstd", FAMILY_ARCHIVES },
  { "application/x-zstd*", FAMILY_ARCHIVES },
  { "application/bzip2", FAMILY_ARCHIVES },
  { "application/x-bzip*", FAMILY_ARCHIVES },
  { "application/x-xz*", FAMILY_ARCHIVES },
  { "application/x-lz*", FAMILY_ARCHIVES },
  { "application/x-7z-compressed", FAMILY_ARCHIVES },
  { "application/x-compress*", FAMILY_ARCHIVES },
  { "application/x-tar", FAMILY_ARCHIVES },
  { "application/x-tarz", FAMILY_ARCHIVES },
  { "application/x-tzo", FAMILY_ARCHIVES },
  { "application/x-cpio*", FAMILY_ARCHIVES },
  { "application/x-archive", FAMILY_ARCHIVES },
  { "application/x-unix-archive", FAMILY_ARCHIVES },
  { "application/vnd.rar", FAMILY_ARCHIVES },
  { "application/x-rar*", FAMILY_ARCHIVES },
  { "application/x-ace*", FAMILY_ARCHIVES },
  { "application/x-arj", FAMILY_ARCHIVES },
  { "application/x-lha", FAMILY_ARCHIVES },
  { "application/x-zoo", FAMILY_ARCHIVES },
  { "application/vnd.ms-cab-compressed", FAMILY_ARCHIVES },
  { "application/vnd.debian.binary-package", FAMILY_ARCHIVES },
  { "application/x-deb", FAMILY_ARCHIVES },
  { "application/x-rpm", FAMILY_ARCHIVES },
  { "application/x-source-rpm", FAMILY_ARCHIVES },
  { "application/java-archive", FAMILY_ARCHIVES },
  { "application/x-java-archive", FAMILY_ARCHIVES },
  { "application/vnd.android.package-archive", FAMILY_ARCHIVES },
  { "application/vnd.flatpak*", FAMILY_ARCHIVES },
  { "application/vnd.squashfs", FAMILY_ARCHIVES },
  { "application/vnd.snap", FAMILY_ARCHIVES },
  { "application/x-cd-image", FAMILY_ARCHIVES },
  { "application/x-iso9660-image", FAMILY_ARCHIVES },
  { "application/vnd.efi.iso", FAMILY_ARCHIVES },
  { "application/x-apple-diskimage", FAMILY_ARCHIVES },
  { "text/plain", FAMILY_DOCUMENTS },
  { "text/html", FAMILY_DOCUMENTS },
  { "text/markdown", FAMILY_DOCUMENTS },
  { "text/rtf", FAMILY_DOCUMENTS },
  { "text/richtext", FAMILY_DOCUMENTS },
  { "text/csv*", FAMILY_DOCUMENTS },
  { "text/tab-separated-values", FAMILY_DOCUMENTS },
  { "text/calendar", FAMILY_DOCUMENTS },
  { "text/vcard", FAMILY_DOCUMENTS },
  { "text/x-readme", FAMILY_DOCUMENTS },
  { "text/x-authors", FAMILY_DOCUMENTS },
  { "text/x-changelog", FAMILY_DOCUMENTS },
  { "text/x-copying", FAMILY_DOCUMENTS },
  { "text/x-credits", FAMILY_DOCUMENTS },
  { "text/x-install", FAMILY_DOCUMENTS },
  { "text/x-log", FAMILY_DOCUMENTS },
  { "text/x-bibtex", FAMILY_DOCUMENTS },
  { "text/x-tex", FAMILY_DOCUMENTS },
  { "text/x-rst", FAMILY_DOCUMENTS },
  { "text/x-nfo", FAMILY_DOCUMENTS },
  { "text/org", FAMILY_DOCUMENTS },
  { "text/troff*", FAMILY_DOCUMENTS },
  { "application/x-troff*", FAMILY_DOCUMENTS },
  { "text/*", FAMILY_CODE },
  { "application/javascript", FAMILY_CODE },
  { "application/ecmascript", FAMILY_CODE },
  { "application/json*", FAMILY_CODE },
  { "application/ld+json", FAMILY_CODE },
  { "application/xml*", FAMILY_CODE },
  { "application/xslt+xml", FAMILY_CODE },
  { "application/sql", FAMILY_CODE },
  { "application/toml", FAMILY_CODE },
  { "application/yaml", FAMILY_CODE },
  { "application/x-yaml", FAMILY_CODE },
  { "application/x-shellscript", FAMILY_CODE },
  { "application/x-perl", FAMILY_CODE },
  { "application/x-php", FAMILY_CODE },
  { "application/x-ruby", FAMILY_CODE },
  { "application/x-python-code", FAMILY_OTHER },
  { "application/x-python*", FAMILY_CODE },
  { "application/x-m4", FAMILY_CODE },
  { "application/x-awk", FAMILY_CODE },
  { "application/x-csh", FAMILY_CODE },
  { "application/x-designer", FAMILY_CODE },
  { "application/x-glade", FAMILY_CODE },
  { "application/x-gtk-builder", FAMILY_CODE },
  { "application/x-gettext*", FAMILY_CODE },
  { "application/x-lua", FAMILY_CODE },
  { "application/x-powershell", FAMILY_CODE },
};

static gboolean
fits (const char *type, const char *entry)
{
  gsize length = strlen (entry);
  if (entry[length - 1] == '*')
    return strncmp (type, entry, length - 1) == 0;
  return strcmp (type, entry) == 0;
}

Family
family_of_type (const char *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (fits (type, families[i].type))
      return families[i].family;
  return FAMILY_OTHER;
}
