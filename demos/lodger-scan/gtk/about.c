/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "about.h"

#include "../calls.h"
#include "../figures.h"
#include "../i18n.h"
#include "../text.h"

#include <string.h>

enum
{
  LEAST_INTERVAL = 500000 /* µs */
};

typedef enum Line
{
  LINE_FOLDER,
  LINE_STATE,
  LINE_FOUND,
  LINE_ON_DISK,
  LINE_LINKS,
  LINE_ERRORS,
  LINE_TWINS,
  LINE_READ,
  LINE_RATES,
  LINE_WATCHING,
  LINE_FRAMES,
  LINE_LATE,
  LINE_SHARE,
  LINE_CALLS,
  LINE_CALLER,
  LINE_VERSION,
  LINES
} Line;

static const char *const titles[LINES] = {
  [LINE_FOLDER] = N_ ("Folder"),
  [LINE_STATE] = N_ ("State"),
  [LINE_FOUND] = N_ ("Found"),
  [LINE_ON_DISK] = N_ ("Space on disk"),
  [LINE_LINKS] = N_ ("Symbolic links"),
  [LINE_ERRORS] = N_ ("Errors"),
  [LINE_TWINS] = N_ ("Duplicates"),
  [LINE_READ] = N_ ("Read"),
  [LINE_RATES] = N_ ("Speed"),
  [LINE_WATCHING] = N_ ("Watching"),
  [LINE_FRAMES] = N_ ("Frames"),
  [LINE_LATE] = N_ ("Late frames"),
  [LINE_SHARE] = N_ ("Share of the window's time"),
  [LINE_CALLS] = N_ ("Calls in the window's thread"),
  [LINE_CALLER] = N_ ("Scheduler"),
  [LINE_VERSION] = N_ ("Version"),
};

struct About
{
  GtkWindow *parent;
  GtkWidget *window; /* NULL: it is not on the screen */
  GtkWidget *names[LINES], *values[LINES];
  gint64 shown, since, spent;
  gboolean over; /* the scan was when it was shown */
};

/* ---- the lines -------------------------------------------------------------------------------------------------- */

static void
append_scan (GString *text, Line line, const Session *session)
{
  const Store *store = session_get_store (session);
  GString *size;
  GString *count;
  switch (line)
    {
    case LINE_FOLDER: text_append_shown (text, session_get_folder (session)); break;
    case LINE_FOUND: figures_append_found (text, session); break;
    case LINE_ON_DISK: text_append_size (text, store->disk); break;
    case LINE_LINKS: text_append_count (text, store->links); break;
    case LINE_ERRORS: text_append_count (text, store->errors->len); break;
    case LINE_TWINS:
      size = g_string_new (NULL);
      count = g_string_new (NULL);
      text_append_size (size, store->wasted);
      text_append_count (count, store->twins);
      g_string_append_printf (text,
                              ngettext ("%s file is there already and takes %s",
                                        "%s files are there already and take %s", (gulong) store->twins),
                              count->str, size->str);
      g_string_free (size, TRUE);
      g_string_free (count, TRUE);
      break;
    case LINE_WATCHING: figures_append_watching (text, session); break;
    case LINE_READ: text_append_size (text, engine_get_bytes (session_get_engine (session))); break;
    default: figures_append_rates (text, session);
    }
}

static void
append_share (GString *text, const About *about)
{
  gint64 since;
  gint64 spent;
  GString *share;
  if (!calls_get_spent (&since, &spent) || since <= about->since)
    return;
  share = g_string_new (NULL);
  text_append_tenths (share, 100.0 * (double) (spent - about->spent) / (double) (since - about->since));
  g_string_append_printf (text, C_ ("share", "%s %%"), share->str);
  g_string_free (share, TRUE);
}

static void
append_frames (GString *text, const Paints *paints)
{
  GString *rate;
  GString *worst;
  if (paints->count == 0 || paints->spent == 0)
    return;
  rate = g_string_new (NULL);
  worst = g_string_new (NULL);
  text_append_tenths (rate, (double) paints->count * G_USEC_PER_SEC / (double) paints->spent);
  text_append_tenths (worst, (double) paints->worst / 1000);
  g_string_append_printf (text, _ ("%s per second, worst gap %s ms"), rate->str, worst->str);
  g_string_free (rate, TRUE);
  g_string_free (worst, TRUE);
}

static void
append_calls (GString *text)
{
  gint64 most;
  gint64 longest;
  GString *most_text = g_string_new (NULL);
  GString *longest_text = g_string_new (NULL);
  calls_get_longest (&most, &longest);
  text_append_tenths (most_text, (double) most / 1000);
  text_append_tenths (longest_text, (double) longest / 1000);
  g_string_append_printf (text, _ ("at most %s ms between two frames, the longest %s ms"), most_text->str,
                          longest_text->str);
  g_string_free (most_text, TRUE);
  g_string_free (longest_text, TRUE);
}

/* Without the place in the source: that is for programmers. */
static void
append_caller (GString *text, LodgerCaller *caller)
{
  char *line = lodger_caller_describe (caller);
  const char *place = line == NULL ? NULL : strstr (line, " (");
  const char *rest = place == NULL ? NULL : strstr (place, "): ");
  if (rest != NULL)
    {
      g_string_append_len (text, line, place - line);
      text_append_shown (text, rest + 1);
    }
  else if (line != NULL)
    text_append_shown (text, line);
  lodger_free (line);
}

/* What is said in a line. Nothing: the line is not shown. */
static void
append_line (GString *text, Line line, const About *about, const AboutFacts *facts)
{
  const Paints *paints = frames_get_paints (facts->frames);
  switch (line)
    {
    case LINE_STATE: figures_append_state (text, facts->session); break;
    case LINE_FRAMES: append_frames (text, paints); break;
    case LINE_LATE:
      if (paints->count > 0)
        g_string_append_printf (text, _ ("%u of %u later than 25 ms"), paints->late, paints->count);
      break;
    case LINE_SHARE: append_share (text, about); break;
    case LINE_CALLS: append_calls (text); break;
    case LINE_CALLER: append_caller (text, facts->caller); break;
    case LINE_VERSION: g_string_append (text, LODGER_SCAN_VERSION); break;
    default:
      if (facts->session != NULL)
        append_scan (text, line, facts->session);
    }
}

static gboolean
is_over (const AboutFacts *facts)
{
  return facts->session == NULL || session_get_state (facts->session) == SESSION_DONE;
}

static void
show_lines (About *about, const AboutFacts *facts)
{
  GString *text = g_string_new (NULL);
  about->shown = g_get_monotonic_time ();
  about->over = is_over (facts);
  for (Line line = 0; line < LINES; line++)
    {
      g_string_truncate (text, 0);
      append_line (text, line, about, facts);
      gtk_widget_set_visible (about->names[line], text->len > 0);
      gtk_widget_set_visible (about->values[line], text->len > 0);
      /* What somebody has selected stays so. */
      if (strcmp (gtk_label_get_text (GTK_LABEL (about->values[line])), text->str) != 0)
        gtk_label_set_text (GTK_LABEL (about->values[line]), text->str);
    }
  g_string_free (text, TRUE);
}

static void
on_copy (GtkButton *button, void *data)
{
  const About *about = data;
  GString *text = g_string_new (NULL);
  for (Line line = 0; line < LINES; line++)
    if (gtk_widget_get_visible (about->values[line]))
      g_string_append_printf (text, "%s: %s\n", _ (titles[line]), gtk_label_get_text (GTK_LABEL (about->values[line])));
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (button)), text->str);
  g_string_free (text, TRUE);
}

/* ---- the window ------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_grid (About *about)
{
  GtkWidget *grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (grid), 18);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 8);
  g_object_set (grid, "margin-start", 18, "margin-end", 18, "margin-top", 12, "margin-bottom", 18, NULL);
  for (Line line = 0; line < LINES; line++)
    {
      GtkWidget *name = gtk_label_new (_ (titles[line]));
      GtkWidget *value = gtk_label_new (NULL);
      gtk_label_set_xalign (GTK_LABEL (name), 1);
      gtk_label_set_yalign (GTK_LABEL (name), 0);
      gtk_widget_add_css_class (name, "dim-label");
      gtk_label_set_xalign (GTK_LABEL (value), 0);
      gtk_label_set_selectable (GTK_LABEL (value), TRUE);
      gtk_label_set_wrap (GTK_LABEL (value), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (value), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_max_width_chars (GTK_LABEL (value), 50);
      gtk_widget_set_hexpand (value, TRUE);
      gtk_widget_add_css_class (value, "numeric");
      gtk_accessible_update_relation (GTK_ACCESSIBLE (value), GTK_ACCESSIBLE_RELATION_LABELLED_BY, name, NULL, -1);
      gtk_grid_attach (GTK_GRID (grid), name, 0, (int) line, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), value, 1, (int) line, 1, 1);
      about->names[line] = name;
      about->values[line] = value;
    }
  return grid;
}

static gboolean
on_escape (GtkWidget *widget, GVariant *arguments G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
  gtk_window_close (GTK_WINDOW (gtk_widget_get_root (widget)));
  return TRUE;
}

static void
make_window (About *about)
{
  GtkWidget *header = gtk_header_bar_new ();
  GtkWidget *copy = gtk_button_new_with_mnemonic (_ ("_Copy"));
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();
  about->window = gtk_window_new ();
  g_object_add_weak_pointer (G_OBJECT (about->window), (void **) &about->window);
  gtk_window_set_title (GTK_WINDOW (about->window), _ ("About This Scan"));
  gtk_window_set_transient_for (GTK_WINDOW (about->window), about->parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (about->window), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (about->window), 560, 620);
  gtk_widget_set_tooltip_text (copy, _ ("Copy all of this as text"));
  g_signal_connect (copy, "clicked", G_CALLBACK (on_copy), about);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (header), copy);
  gtk_window_set_titlebar (GTK_WINDOW (about->window), header);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), make_grid (about));
  gtk_window_set_child (GTK_WINDOW (about->window), scrolled);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Escape|<Control>w"),
                                                          gtk_callback_action_new (on_escape, NULL, NULL)));
  gtk_widget_add_controller (about->window, keys);
  gtk_window_set_focus (GTK_WINDOW (about->window), copy);
}

About *
about_new (GtkWindow *window)
{
  About *about = g_new0 (About, 1);
  about->parent = window;
  return about;
}

void
about_free (About *about)
{
  GtkWidget *window = about->window;
  if (window != NULL)
    {
      g_object_remove_weak_pointer (G_OBJECT (window), (void **) &about->window);
      gtk_window_destroy (GTK_WINDOW (window));
    }
  g_free (about);
}

void
about_begin (About *about)
{
  (void) calls_get_spent (&about->since, &about->spent);
}

void
about_show (About *about, const AboutFacts *facts)
{
  if (about->window == NULL)
    make_window (about);
  show_lines (about, facts);
  gtk_window_present (GTK_WINDOW (about->window));
}

void
about_refresh (About *about, const AboutFacts *facts)
{
  if (about->window != NULL && gtk_widget_get_mapped (about->window)
      && (is_over (facts) != about->over || g_get_monotonic_time () - about->shown >= LEAST_INTERVAL))
    show_lines (about, facts);
}
