/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folder-parts.h"

#include "../i18n.h"
#include "../text.h"
#include "family-look.h"

static const StoreFile *
get_file (const FolderParts *parts, const TreemapPart *part)
{
  return &g_array_index (parts->store->files, StoreFile, part->file);
}

static Family
get_family (const FolderParts *parts, const TreemapPart *part)
{
  return family_of_type (g_array_index (parts->store->types, StoreType, get_file (parts, part)->type).name);
}

static double
get_share (const FolderParts *parts, const TreemapPart *part)
{
  return (double) part->weight / (double) MAX (parts->weight, 1);
}

static char *
get_relative_path (const FolderParts *parts, const TreemapPart *part)
{
  GString *path = g_string_new (NULL);
  store_append_path (path, part->dir, part->kind == TREEMAP_FILE ? get_file (parts, part)->name : NULL);
  return g_string_free (path, FALSE);
}

char *
folder_part_get_path (const FolderParts *parts, const TreemapPart *part)
{
  char *relative = get_relative_path (parts, part);
  char *path = *relative == '\0' ? g_strdup (parts->folder) : g_build_filename (parts->folder, relative, NULL);
  g_free (relative);
  return path;
}

void
folder_part_describe (const FolderParts *parts, const TreemapPart *part, GString *text)
{
  GString *name = g_string_new (NULL);
  GString *size = g_string_new (NULL);
  GString *share = g_string_new (NULL);
  GString *count = g_string_new (NULL);
  char *path = get_relative_path (parts, part);
  text_append_shown (name, *path == '\0' ? parts->folder : path);
  text_append_size (size, part->weight);
  text_append_tenths (share, 100 * get_share (parts, part));
  switch (part->kind)
    {
    case TREEMAP_FILE:
      g_string_append_printf (text, C_ ("name, size, share, family of types", "%s: %s, %s %%, %s"), name->str,
                              size->str, share->str, family_get_name (get_family (parts, part)));
      break;
    case TREEMAP_FOLDER:
      text_append_count (count, part->dir->files);
      g_string_append_printf (text,
                              ngettext ("%s: %s, %s %%, %s file", "%s: %s, %s %%, %s files", (gulong) part->dir->files),
                              name->str, size->str, share->str, count->str);
      break;
    default:
      text_append_count (count, part->count);
      g_string_append_printf (text,
                              ngettext ("%s: %s, %s %%, %s smaller file or folder",
                                        "%s: %s, %s %%, %s smaller files and folders", (gulong) part->count),
                              name->str, size->str, share->str, count->str);
    }
  g_free (path);
  g_string_free (name, TRUE);
  g_string_free (size, TRUE);
  g_string_free (share, TRUE);
  g_string_free (count, TRUE);
}

void
folder_part_fill (const FolderParts *parts, const TreemapPart *part, guint64 largest, GtkWidget *widget, ShareRow *row)
{
  GString *count;
  row->bytes = part->weight;
  row->part = MIN ((double) part->weight / (double) MAX (largest, 1), 1);
  row->share = get_share (parts, part);
  row->icon = NULL;
  switch (part->kind)
    {
    case TREEMAP_FILE:
      text_append_shown (row->name, get_file (parts, part)->name);
      row->colour = family_get_colour (get_family (parts, part), widget_is_dark (widget));
      break;
    case TREEMAP_FOLDER:
      text_append_shown (row->name, part->dir->name);
      row->colour = widget_get_accent (widget);
      row->icon = "folder-symbolic";
      break;
    default:
      count = g_string_new (NULL);
      text_append_count (count, part->count);
      g_string_append_printf (
          row->name, ngettext ("%s smaller file or folder", "%s smaller files and folders", (gulong) part->count),
          count->str);
      row->colour = family_get_colour (FAMILY_OTHER, widget_is_dark (widget));
      row->icon = "view-more-symbolic";
      g_string_free (count, TRUE);
    }
}
