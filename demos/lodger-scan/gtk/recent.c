/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recent.h"

#include "../text.h"
#include "actions.h"
#include "kept.h"

static void
append (GMenu *menu, const char *folder)
{
  GMenuItem *item = g_menu_item_new (NULL, NULL);
  GString *shown = g_string_new (NULL);
  text_append_shown (shown, folder);
  /* An underscore of a name is no mnemonic. */
  g_string_replace (shown, "_", "__", 0);
  g_menu_item_set_label (item, shown->str);
  g_menu_item_set_action_and_target_value (item, ACTION_OPEN_RECENT, g_variant_new_bytestring (folder));
  g_menu_append_item (menu, item);
  g_string_free (shown, TRUE);
  g_object_unref (item);
}

void
recent_show (GMenu *menu, const Settings *settings)
{
  char **folders = kept_get_folders (settings);
  g_menu_remove_all (menu);
  for (char **folder = folders; *folder != NULL; folder++)
    append (menu, *folder);
  g_strfreev (folders);
}
