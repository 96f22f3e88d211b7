/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "usage.h"

#include <string.h>

enum
{
  COLUMNS = 80,
  TEXT_COLUMN = 31
};

static gboolean
is_last_option (const UsageOption *option)
{
  return option->name == NULL && option->help == NULL;
}

static gboolean
is_last_text (const UsageText *text)
{
  return text->text == NULL;
}

/* "--json=FILE", "--exit-when-done[=SECONDS]". */
static char *
spell (const UsageOption *option)
{
  if (option->value == NULL)
    return g_strdup (option->name);
  return g_strdup_printf (option->optional ? "%s[=%s]" : "%s=%s", option->name, option->value);
}

/* ---- the help --------------------------------------------------------------------------------------------------- */

/* Appends words from the column `at` on, and ends the line. Each further line begins at `indent`. */
static void
append_wrapped (GString *out, const char *text, glong at, glong indent)
{
  gboolean first = TRUE;
  while (*text != '\0')
    {
      gsize length = strcspn (text, " ");
      glong width = g_utf8_strlen (text, (gssize) length);
      if (!first && at + 1 + width >= COLUMNS)
        {
          g_string_append_printf (out, "\n%*s", (int) indent, "");
          at = indent;
          first = TRUE;
        }
      if (!first)
        g_string_append_c (out, ' ');
      g_string_append_len (out, text, (gssize) length);
      at += width + (first ? 0 : 1);
      first = FALSE;
      text += length + strspn (text + length, " ");
    }
  g_string_append_c (out, '\n');
}

/* A term and what it means, in two columns. */
static void
append_entry (GString *out, const char *term, const char *text)
{
  glong width = 2 + g_utf8_strlen (term, -1);
  g_string_append_printf (out, "  %s", term);
  if (width > TEXT_COLUMN - 2)
    {
      g_string_append_c (out, '\n');
      width = 0;
    }
  g_string_append_printf (out, "%*s", (int) (TEXT_COLUMN - width), "");
  append_wrapped (out, text, TEXT_COLUMN, TEXT_COLUMN);
}

static void
append_texts (GString *out, const UsageText *texts)
{
  for (const UsageText *text = texts; !is_last_text (text); text++)
    {
      if (text->term == NULL || text == texts || text[-1].term == NULL)
        g_string_append_c (out, '\n');
      if (text->term != NULL)
        append_entry (out, text->term, text->text);
      else
        append_wrapped (out, text->text, 0, 0);
    }
}

char *
usage_help (const Usage *usage, const char *program)
{
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "Usage: %s %s\n", program, usage->arguments);
  append_texts (out, usage->before);
  for (const UsageOption *option = usage->options; !is_last_option (option); option++)
    if (option->name == NULL)
      g_string_append_printf (out, "\n%s:\n", option->help);
    else if (option->help != NULL)
      {
        char *spelled = spell (option);
        append_entry (out, spelled, option->help);
        g_free (spelled);
      }
  append_texts (out, usage->after);
  return g_string_free (out, FALSE);
}

/* ---- the manual page -------------------------------------------------------------------------------------------- */

/* roff takes a point or an apostrophe at the beginning of a line for a command, a backslash for an escape, and a dash
 * for a hyphen. */
static void
append_roff (GString *out, const char *text)
{
  gsize length;
  for (const char *at = text; *at != '\0'; at += length)
    {
      length = (guint8) g_utf8_skip[(guint8) *at];
      if (*at == '\\')
        g_string_append (out, "\\e");
      else if (*at == '-')
        g_string_append (out, "\\-");
      else if ((*at == '.' || *at == '\'') && (at == text || at[-1] == '\n'))
        g_string_append_printf (out, "\\&%c", *at);
      else if (g_utf8_get_char (at) == 0x2026)
        g_string_append (out, "...");
      else
        g_string_append_len (out, at, (gssize) length);
    }
}

static void
append_roff_line (GString *out, const char *command, const char *text)
{
  g_string_append (out, command);
  append_roff (out, text);
  g_string_append_c (out, '\n');
}

static void
append_roff_texts (GString *out, const UsageText *texts)
{
  for (const UsageText *text = texts; !is_last_text (text); text++)
    {
      if (text->title != NULL)
        append_roff_line (out, ".SH ", text->title);
      else if (text->term == NULL && text > texts)
        g_string_append (out, ".PP\n");
      if (text->term != NULL)
        append_roff_line (out, ".TP\n.B ", text->term);
      append_roff_line (out, "", text->text);
    }
}

/* The dashes are the option's, and what it takes is set in italics. */
static void
append_roff_option (GString *out, const UsageOption *option)
{
  g_string_append (out, ".TP\n\\fB");
  append_roff (out, option->name);
  g_string_append (out, "\\fR");
  if (option->value != NULL)
    {
      g_string_append (out, option->optional ? "[=\\fI" : "=\\fI");
      append_roff (out, option->value);
      g_string_append (out, option->optional ? "\\fR]" : "\\fR");
    }
  append_roff_line (out, "\n", option->help);
}

char *
usage_man_page (const Usage *usage, const char *program, const char *version)
{
  GString *out = g_string_new (".\\\" Made by the program itself, of the table that its help is made of.\n");
  char *title = g_ascii_strup (program, -1);
  g_string_append_printf (out, ".TH %s 1 \"\" \"%s %s\" \"User Commands\"\n.SH NAME\n", title, program, version);
  append_roff (out, program);
  g_string_append (out, " \\- ");
  append_roff (out, usage->in_short);
  g_string_append (out, "\n.SH SYNOPSIS\n.B ");
  append_roff (out, program);
  append_roff_line (out, "\n", usage->arguments);
  g_string_append (out, ".SH DESCRIPTION\n");
  append_roff_texts (out, usage->before);
  g_string_append (out, ".SH OPTIONS\n");
  for (const UsageOption *option = usage->options; !is_last_option (option); option++)
    if (option->name == NULL)
      append_roff_line (out, ".SS ", option->help);
    else if (option->help != NULL)
      append_roff_option (out, option);
  append_roff_texts (out, usage->after);
  g_free (title);
  return g_string_free (out, FALSE);
}
