/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-choice.h"

#include "../i18n.h"
#include "../plan.h"
#include "../text.h"

struct ActChoice
{
  GtkWidget *box, *summary;
};

static const char *const rules[PLAN_N_RULES] = {
  [PLAN_KEEP_OLDEST] = N_ ("The _Oldest"),
  [PLAN_KEEP_NEWEST] = N_ ("The _Newest"),
  [PLAN_KEEP_SHORTEST_PATH] = N_ ("The One With the _Shortest Path"),
  [PLAN_KEEP_FIRST_FOLDER] = N_ ("The One in the _First Folder"),
};

static char *
full_name (const char *action)
{
  return g_strconcat (ACT_CHOICE_GROUP, ".", action, NULL);
}

static void
append (GMenu *menu, const char *label, const char *action)
{
  char *name = full_name (action);
  g_menu_append (menu, label, name);
  g_free (name);
}

static void
append_section (GMenu *menu, const char *title, GMenu *section)
{
  g_menu_append_section (menu, title, G_MENU_MODEL (section));
  g_object_unref (section);
}

static GMenuModel *
make_rules (void)
{
  GMenu *menu = g_menu_new ();
  GMenu *keep = g_menu_new ();
  GMenu *other = g_menu_new ();
  for (guint i = 0; i < PLAN_N_RULES; i++)
    {
      char *action = g_strconcat (ACT_CHOICE_GROUP, "." ACT_CHOICE_RULE "::", plan_rule_name (i), NULL);
      g_menu_append (keep, _ (rules[i]), action);
      g_free (action);
    }
  append (other, _ ("_Clear the Choice"), ACT_CHOICE_CLEAR);
  append_section (menu, _ ("Of Each Group Keep"), keep);
  append_section (menu, NULL, other);
  return G_MENU_MODEL (menu);
}

static GMenuModel *
make_other_acts (void)
{
  GMenu *menu = g_menu_new ();
  GMenu *links = g_menu_new ();
  GMenu *end = g_menu_new ();
  append (links, _ ("Replace by _Hard Links…"), ACT_CHOICE_HARD_LINK);
  append (links, _ ("Replace by _Reflinks"), ACT_CHOICE_REFLINK);
  append (end, _ ("_Delete for Good…"), ACT_CHOICE_DELETE);
  append_section (menu, NULL, links);
  append_section (menu, NULL, end);
  return G_MENU_MODEL (menu);
}

static GtkWidget *
make_menu_button (GMenuModel *menu)
{
  GtkWidget *button = gtk_menu_button_new ();
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), menu);
  g_object_unref (menu);
  return button;
}

static GtkWidget *
make_button (const char *label, const char *icon, const char *tooltip, const char *action)
{
  GtkWidget *button = icon == NULL ? gtk_button_new_with_mnemonic (label) : gtk_button_new_from_icon_name (icon);
  char *name = full_name (action);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), name);
  gtk_widget_set_tooltip_text (button, tooltip);
  if (icon != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_free (name);
  return button;
}

static GtkWidget *
link_buttons (GtkWidget *first, GtkWidget *second)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (box, "linked");
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), first);
  gtk_box_append (GTK_BOX (box), second);
  return box;
}

ActChoice *
act_choice_new (void)
{
  ActChoice *choice = g_new0 (ActChoice, 1);
  GtkWidget *choose = make_menu_button (make_rules ());
  GtkWidget *clear
      = make_button (_ ("Clear the choice"), "edit-clear-all-symbolic", _ ("Clear the choice"), ACT_CHOICE_CLEAR);
  GtkWidget *expand
      = make_button (_ ("Open all groups"), "pan-down-symbolic", _ ("Open all groups"), ACT_CHOICE_EXPAND);
  GtkWidget *collapse
      = make_button (_ ("Close all groups"), "pan-end-symbolic", _ ("Close all groups"), ACT_CHOICE_COLLAPSE);
  GtkWidget *bin
      = make_button (_ ("_Move to the Bin"), NULL,
                     _ ("Move the chosen copies to the Bin, from where they can be put back"), ACT_CHOICE_BIN);
  GtkWidget *others = make_menu_button (make_other_acts ());

  gtk_menu_button_set_label (GTK_MENU_BUTTON (choose), _ ("C_hoose Copies"));
  gtk_menu_button_set_use_underline (GTK_MENU_BUTTON (choose), TRUE);
  gtk_widget_set_tooltip_text (choose, _ ("Choose all copies but one of each group"));
  gtk_widget_set_tooltip_text (others, _ ("What else can be done with the chosen copies"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (others), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What else can be done with the chosen copies"), -1);
  gtk_widget_add_css_class (bin, "suggested-action");

  choice->summary = gtk_inscription_new (NULL);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (choice->summary), 12);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (choice->summary), 40);
  gtk_inscription_set_min_lines (GTK_INSCRIPTION (choice->summary), 2);
  gtk_inscription_set_nat_lines (GTK_INSCRIPTION (choice->summary), 2);
  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (choice->summary), GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_yalign (GTK_INSCRIPTION (choice->summary), 0.5F);
  gtk_widget_set_hexpand (choice->summary, TRUE);
  gtk_widget_set_valign (choice->summary, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (choice->summary, "numeric");

  choice->box = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12));
  gtk_widget_add_css_class (choice->box, "act-bar");
  gtk_box_append (GTK_BOX (choice->box), link_buttons (choose, clear));
  gtk_box_append (GTK_BOX (choice->box), link_buttons (expand, collapse));
  gtk_box_append (GTK_BOX (choice->box), choice->summary);
  gtk_box_append (GTK_BOX (choice->box), link_buttons (bin, others));
  return choice;
}

void
act_choice_free (ActChoice *choice)
{
  g_object_unref (choice->box);
  g_free (choice);
}

GtkWidget *
act_choice_get_widget (ActChoice *choice)
{
  return choice->box;
}

void
act_choice_show (ActChoice *choice, guint count, guint64 bytes)
{
  GString *number = g_string_new (NULL);
  GString *size = g_string_new (NULL);
  char *text;
  text_append_count (number, count);
  text_append_size (size, bytes);
  if (count == 0)
    text = g_strdup (_ ("No copy is chosen."));
  else
    text = g_strdup_printf (
        ngettext ("%s file is chosen: %s will be free.", "%s files are chosen: %s will be free.", count), number->str,
        size->str);
  act_choice_say (choice, text);
  g_free (text);
  g_string_free (size, TRUE);
  g_string_free (number, TRUE);
}

void
act_choice_say (ActChoice *choice, const char *text)
{
  gtk_inscription_set_text (GTK_INSCRIPTION (choice->summary), text);
  gtk_widget_set_tooltip_text (choice->summary, text);
}
