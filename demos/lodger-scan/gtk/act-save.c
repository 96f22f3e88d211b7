/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-save.h"

#include "../i18n.h"

#include <string.h>

typedef struct Question
{
  GtkFileChooserNative *chooser;
  GtkWindow *window;
  const ActSaveKind *kinds;
  guint n_kinds;
  void (*chosen) (GFile *file, guint kind, void *data);
  void *data;
} Question;

static const char question_key[] = "lodger-scan-save";
static const char kind_key[] = "lodger-scan-kind";

static void
question_free (void *data)
{
  Question *question = data;
  gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (question->chooser));
  g_object_unref (question->chooser);
  g_free (question);
}

static guint
get_kind (const Question *question, GFile *file)
{
  GtkFileFilter *filter = gtk_file_chooser_get_filter (GTK_FILE_CHOOSER (question->chooser));
  char *name = g_file_get_basename (file);
  guint kind = filter == NULL ? 0 : GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (filter), kind_key));
  for (guint i = 0; i < question->n_kinds && name != NULL; i++)
    if (g_str_has_suffix (name, strrchr (question->kinds[i].name, '.')))
      kind = i;
  g_free (name);
  return kind;
}

static void
on_response (GtkNativeDialog *dialog G_GNUC_UNUSED, int response, void *data)
{
  Question question = *(Question *) data;
  GFile *file
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (question.chooser)) : NULL;
  guint kind = file == NULL ? 0 : get_kind (&question, file);
  /* This frees the question. */
  g_object_set_data (G_OBJECT (question.window), question_key, NULL);
  if (file != NULL)
    question.chosen (file, kind, question.data);
  g_clear_object (&file);
}

/* The name that is proposed follows the kind, as long as it is the proposed one. */
static void
on_filter (GObject *chooser, GParamSpec *property G_GNUC_UNUSED, void *data)
{
  const Question *question = data;
  GtkFileFilter *filter = gtk_file_chooser_get_filter (GTK_FILE_CHOOSER (chooser));
  char *name = gtk_file_chooser_get_current_name (GTK_FILE_CHOOSER (chooser));
  guint kind = filter == NULL ? 0 : GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (filter), kind_key));
  for (guint i = 0; i < question->n_kinds && name != NULL; i++)
    if (i != kind && strcmp (name, question->kinds[i].name) == 0)
      {
        gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), question->kinds[kind].name);
        break;
      }
  g_free (name);
}

void
act_save_ask (GtkWindow *window, const char *title, const ActSaveKind *kinds, guint n_kinds,
              void (*chosen) (GFile *file, guint kind, void *data), void *data)
{
  Question *question = g_new0 (Question, 1);
  GtkFileChooser *chooser;
  question->chooser = gtk_file_chooser_native_new (title, window, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);
  question->window = window;
  question->kinds = kinds;
  question->n_kinds = n_kinds;
  question->chosen = chosen;
  question->data = data;
  chooser = GTK_FILE_CHOOSER (question->chooser);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  for (guint i = 0; i < n_kinds; i++)
    {
      GtkFileFilter *filter = gtk_file_filter_new ();
      char *pattern = g_strconcat ("*", strrchr (kinds[i].name, '.'), NULL);
      gtk_file_filter_set_name (filter, _ (kinds[i].title));
      gtk_file_filter_add_pattern (filter, pattern);
      g_object_set_data (G_OBJECT (filter), kind_key, GUINT_TO_POINTER (i));
      gtk_file_chooser_add_filter (chooser, filter);
      if (i == 0)
        gtk_file_chooser_set_filter (chooser, filter);
      g_object_unref (filter);
      g_free (pattern);
    }
  gtk_file_chooser_set_current_name (chooser, kinds[0].name);
  g_signal_connect (chooser, "notify::filter", G_CALLBACK (on_filter), question);
  g_signal_connect (chooser, "response", G_CALLBACK (on_response), question);
  g_object_set_data_full (G_OBJECT (window), question_key, question, question_free);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
