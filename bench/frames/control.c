/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The control for lodger-scan's frames: the same folder is read and hashed by as many plain threads, and a window counts
 * along in each frame, but shows no list and knows nothing of Lodger. What its frames are like is what the machine allows.
 *
 *   frames-control FOLDER */
#include "frames.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  CHUNK = 256 * 1024,
  PER_CPU = 4,
  AT_LEAST = 8
};

typedef struct Control
{
  GAsyncQueue *folders; /* paths, of which `left` are not done; "" ends a thread */
  atomic_long left, files, bytes;
  Frames *frames;
  GtkWidget *label, *bar;
  GMainLoop *loop;
  GThread **threads;
  guint count;
} Control;

static void
hash_file (Control *control, int folder, const char *name, GChecksum *checksum, guint8 *buffer)
{
  int fd = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  gboolean is_first = TRUE;
  struct stat st;
  ssize_t got;
  if (fd < 0)
    return;
  g_checksum_reset (checksum);
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    {
      while ((got = read (fd, buffer, CHUNK)) > 0)
        {
          if (is_first)
            g_free (g_content_type_guess (name, buffer, (gsize) MIN (got, 4096), NULL));
          is_first = FALSE;
          g_checksum_update (checksum, buffer, got);
          atomic_fetch_add (&control->bytes, got);
        }
      atomic_fetch_add (&control->files, 1);
    }
  close (fd);
}

static void
end_threads (Control *control)
{
  for (guint i = 0; i < control->count; i++)
    g_async_queue_push (control->folders, g_strdup (""));
}

/* What is below goes to whoever is free. */
static void
read_folder (Control *control, const char *path, GChecksum *checksum, guint8 *buffer)
{
  DIR *folder = opendir (path);
  const struct dirent *entry;
  while (folder != NULL && (entry = readdir (folder)) != NULL)
    {
      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
        continue;
      if (entry->d_type == DT_DIR)
        {
          atomic_fetch_add (&control->left, 1);
          g_async_queue_push (control->folders, g_build_filename (path, entry->d_name, NULL));
        }
      else if (entry->d_type == DT_REG)
        hash_file (control, dirfd (folder), entry->d_name, checksum, buffer);
    }
  if (folder != NULL)
    closedir (folder);
}

static void *
work (void *data)
{
  Control *control = data;
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 *buffer = g_malloc (CHUNK);
  char *path;
  while (*(path = g_async_queue_pop (control->folders)) != '\0')
    {
      read_folder (control, path, checksum, buffer);
      g_free (path);
      if (atomic_fetch_sub (&control->left, 1) == 1)
        end_threads (control);
    }
  g_free (path);
  g_free (buffer);
  g_checksum_free (checksum);
  return NULL;
}

static void
on_frame (void *data)
{
  Control *control = data;
  char *text = g_strdup_printf ("%ld files, %.1f MB", atomic_load (&control->files),
                                (double) atomic_load (&control->bytes) / 1e6);
  gtk_label_set_text (GTK_LABEL (control->label), text);
  g_free (text);
  gtk_progress_bar_pulse (GTK_PROGRESS_BAR (control->bar));
  if (atomic_load (&control->left) == 0)
    g_main_loop_quit (control->loop);
}

static GtkWidget *
make_window (Control *control)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  control->label = gtk_label_new (NULL);
  control->bar = gtk_progress_bar_new ();
  gtk_window_set_title (GTK_WINDOW (window), "Control");
  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 680);
  gtk_box_append (GTK_BOX (box), control->label);
  gtk_box_append (GTK_BOX (box), control->bar);
  gtk_window_set_child (GTK_WINDOW (window), box);
  return window;
}

int
main (int argc, char **argv)
{
  Control control = { .count = MAX (PER_CPU * g_get_num_processors (), AT_LEAST) };
  GString *text = g_string_new (NULL);
  GtkWidget *window;
  if (argc != 2)
    {
      fputs ("Usage: frames-control FOLDER\n", stderr);
      return 2;
    }
  if (!gtk_init_check ())
    {
      fputs ("frames-control: no display can be opened\n", stderr);
      return 2;
    }
  window = make_window (&control);
  control.loop = g_main_loop_new (NULL, FALSE);
  control.folders = g_async_queue_new ();
  control.frames = frames_new (window, on_frame, &control);
  control.threads = g_new0 (GThread *, control.count);
  gtk_window_present (GTK_WINDOW (window));
  frames_want (control.frames, TRUE);
  atomic_store (&control.left, 1);
  g_async_queue_push (control.folders, g_strdup (argv[1]));
  for (guint i = 0; i < control.count; i++)
    control.threads[i] = g_thread_new ("hash", work, &control);
  g_main_loop_run (control.loop);
  for (guint i = 0; i < control.count; i++)
    g_thread_join (control.threads[i]);
  paints_append_summary (frames_get_paints (control.frames), text);
  printf ("%ld files, %ld bytes\n%s", atomic_load (&control.files), atomic_load (&control.bytes), text->str);
  frames_free (control.frames);
  gtk_window_destroy (GTK_WINDOW (window));
  g_string_free (text, TRUE);
  g_free (control.threads);
  g_async_queue_unref (control.folders);
  g_main_loop_unref (control.loop);
  return 0;
}
