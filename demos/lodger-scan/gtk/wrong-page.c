/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wrong-page.h"

#include "../i18n.h"
#include "../text.h"
#include "actions.h"
#include "cells.h"

GtkWidget *
wrong_page_new (void)
{
  GtkWidget *page = cells_empty_page ("dialog-warning-symbolic");
  GtkWidget *open = gtk_button_new_with_mnemonic (_ ("_Choose another folder…"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (open), ACTION_OPEN);
  gtk_widget_set_halign (open, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (open, "suggested-action");
  gtk_box_append (GTK_BOX (page), open);
  return page;
}

void
wrong_page_say (GtkWidget *page, char *const *folders, const char *message)
{
  const char *heading = folders[0] == NULL || folders[1] == NULL ? _ ("This folder cannot be scanned")
                                                                 : _ ("These folders cannot be scanned");
  GString *text = g_string_new (NULL);
  for (; *folders != NULL; folders++)
    {
      text_append_shown (text, *folders);
      g_string_append_c (text, '\n');
    }
  g_string_append (text, message);
  cells_empty_page_say (page, heading, text->str);
  g_string_free (text, TRUE);
}
