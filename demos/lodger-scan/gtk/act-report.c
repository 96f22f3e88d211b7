/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-report.h"

#include "../i18n.h"
#include "../text.h"
#include "act-save.h"
#include "cells.h"
#include "frames.h"

#include <lodger-gtk4.h>
#include <string.h>

typedef struct ActReport
{
  ActOutcome *outcome;
  GtkWidget *window, *note;
  Rows *rows;
  Frames *frames;
} ActReport;

static const char report_key[] = "lodger-scan-report";

/* ---- columns ---------------------------------------------------------------------------------------------------- */

static void
append_path (void *data, gconstpointer row, GString *text)
{
  const ActReport *report = data;
  text_append_shown (text, act_outcome_get_item (report->outcome, row_get_number (row))->path);
}

static void
append_size (void *data, gconstpointer row, GString *text)
{
  const ActReport *report = data;
  text_append_size (text, act_outcome_get_item (report->outcome, row_get_number (row))->size);
}

static void
append_state (void *data, gconstpointer row, GString *text)
{
  const ActReport *report = data;
  act_outcome_append_state (report->outcome, act_outcome_get_item (report->outcome, row_get_number (row)), text);
}

static const CellColumn columns[] = {
  { N_ ("File"), append_path, NULL, 40, CELL_EXPAND | CELL_MIDDLE },
  { N_ ("What became of it"), append_state, NULL, 48, CELL_EXPAND },
  { N_ ("Size"), append_size, NULL, 10, CELL_NUMBER },
  { NULL, NULL, NULL, 0, 0 },
};

/* ---- a copy of it ----------------------------------------------------------------------------------------------- */

/* A worker makes the text: there may be many files. */
typedef struct Text
{
  ActOutcome *outcome;
  GFile *file; /* NULL: it goes to the clipboard */
} Text;

static void
text_free (void *data)
{
  Text *text = data;
  act_outcome_unref (text->outcome);
  g_clear_object (&text->file);
  g_free (text);
}

static void
make_text (LodgerPending *self, void *data)
{
  const Text *text = data;
  char *made = act_outcome_to_text (text->outcome);
  GError *error = NULL;
  if (text->file == NULL)
    {
      (void) lodger_pending_return_pointer (self, made, g_free);
      return;
    }
  (void) g_file_replace_contents (text->file, made, strlen (made), NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                  lodger_glib_pending_get_cancellable (self), &error);
  g_free (made);
  if (error != NULL)
    (void) lodger_glib_pending_return_gerror (self, error);
}

static void
say (const ActReport *report, const char *text)
{
  gtk_label_set_text (GTK_LABEL (report->note), text);
  gtk_widget_set_visible (report->note, TRUE);
}

static void
on_text (GtkWidget *window, LodgerPending *done, void *data)
{
  const Text *text = data;
  const ActReport *report = g_object_get_data (G_OBJECT (window), report_key);
  if (text->file != NULL)
    say (report, _ ("The report is saved."));
  else
    {
      void *made = NULL;
      if (lodger_pending_get_pointer (done, &made) != LODGER_OK)
        return;
      gdk_clipboard_set_text (gtk_widget_get_clipboard (window), made);
      say (report, _ ("The report is in the clipboard."));
    }
}

static void
on_no_text (GtkWidget *window, const GError *error, void *data G_GNUC_UNUSED)
{
  const ActReport *report = g_object_get_data (G_OBJECT (window), report_key);
  char *note = g_strdup_printf (_ ("The report could not be saved: %s"), error->message);
  say (report, note);
  g_free (note);
}

static void
begin_text (ActReport *report, GFile *file)
{
  Text *text = g_new0 (Text, 1);
  text->outcome = act_outcome_ref (report->outcome);
  text->file = file == NULL ? NULL : g_object_ref (file);
  lodger_gtk_run (report->window, make_text, on_text, text, .destroy = text_free, .failed = on_no_text,
                  .name = "report as text");
}

static void
on_chosen (GFile *file, guint kind G_GNUC_UNUSED, void *data)
{
  begin_text (data, file);
}

static void
on_save (GtkButton *button G_GNUC_UNUSED, void *data)
{
  static const ActSaveKind kinds[] = { { N_ ("Text"), "lodger-scan.txt" } };
  ActReport *report = data;
  act_save_ask (GTK_WINDOW (report->window), _ ("Save the report"), kinds, G_N_ELEMENTS (kinds), on_chosen, report);
}

static void
on_copy (GtkButton *button G_GNUC_UNUSED, void *data)
{
  begin_text (data, NULL);
}

static gboolean
on_copy_key (GtkWidget *widget G_GNUC_UNUSED, GVariant *arguments G_GNUC_UNUSED, void *data)
{
  begin_text (data, NULL);
  return TRUE;
}

/* ---- the window ------------------------------------------------------------------------------------------------- */

static void
on_frame (void *data)
{
  ActReport *report = data;
  if (!rows_grow (report->rows, act_outcome_get_count (report->outcome)))
    frames_want (report->frames, FALSE);
}

/* Before the window's clock goes. */
static void
on_unrealize (GtkWidget *window G_GNUC_UNUSED, void *data)
{
  ActReport *report = data;
  g_clear_pointer (&report->frames, frames_free);
}

/* With the last reference to the window, whose cells refer to the outcome. */
static void
act_report_free (void *data)
{
  ActReport *report = data;
  act_outcome_unref (report->outcome);
  g_object_unref (report->rows);
  g_free (report);
}

static GtkWidget *
make_header (ActReport *report)
{
  GtkWidget *header = gtk_header_bar_new ();
  GtkWidget *copy = gtk_button_new_with_mnemonic (_ ("_Copy"));
  GtkWidget *save = gtk_button_new_with_mnemonic (_ ("_Save…"));
  gtk_widget_set_tooltip_text (copy, _ ("Copy the whole report as text"));
  gtk_widget_set_tooltip_text (save, _ ("Save the whole report as text"));
  g_signal_connect (copy, "clicked", G_CALLBACK (on_copy), report);
  g_signal_connect (save, "clicked", G_CALLBACK (on_save), report);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (header), copy);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (header), save);
  return header;
}

static GtkWidget *
make_label (const char *text)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "page-heading");
  return label;
}

static void
add_key (GtkEventController *keys, const char *trigger, GtkShortcutAction *action)
{
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger), action));
}

void
act_report_show (GtkWindow *window, ActOutcome *outcome)
{
  ActReport *report = g_new0 (ActReport, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkEventController *keys = gtk_shortcut_controller_new ();
  GString *summary = g_string_new (NULL);
  GtkWidget *cells;

  report->outcome = act_outcome_ref (outcome);
  report->rows = rows_new (0, 0, 0);
  report->window = gtk_window_new ();
  g_object_set_data_full (G_OBJECT (report->window), report_key, report, act_report_free);
  g_signal_connect (report->window, "unrealize", G_CALLBACK (on_unrealize), report);
  gtk_window_set_title (GTK_WINDOW (report->window), _ ("What became of the files"));
  gtk_window_set_transient_for (GTK_WINDOW (report->window), window);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (report->window), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (report->window), 960, 480);
  gtk_window_set_titlebar (GTK_WINDOW (report->window), make_header (report));

  act_outcome_append_summary (outcome, summary);
  cells = cells_new (_ ("What became of the files"), columns, g_object_ref (G_LIST_MODEL (report->rows)), report);
  report->note = make_label (NULL);
  gtk_widget_set_visible (report->note, FALSE);
  gtk_box_append (GTK_BOX (box), make_label (summary->str));
  gtk_box_append (GTK_BOX (box), cells);
  gtk_box_append (GTK_BOX (box), report->note);
  gtk_window_set_child (GTK_WINDOW (report->window), box);
  g_string_free (summary, TRUE);

  add_key (keys, "Escape", gtk_named_action_new ("window.close"));
  add_key (keys, "<Control>w", gtk_named_action_new ("window.close"));
  add_key (keys, "<Control>c", gtk_callback_action_new (on_copy_key, report, NULL));
  gtk_widget_add_controller (report->window, keys);
  report->frames = frames_new (report->window, on_frame, report);
  frames_want (report->frames, TRUE);
  gtk_window_present (GTK_WINDOW (report->window));
}
