/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other programs do with a file: which of them is asked, and what is said when there is none. */
#include "gtk-window.h"
#include "gtk/opener.h"
#include "tree.h"

#include <glib/gstdio.h>

/* A place for applications without any, but for those that a test makes, and a file. */
typedef struct Stage
{
  Window window;
  char *folder, *file;
} Stage;

static char *told; /* the last sentence */

static void
tell (GtkWidget *widget, const char *sentence)
{
  ck_assert (GTK_IS_LABEL (widget));
  g_free (told);
  told = g_strdup (sentence);
}

static void
stage_open (Stage *stage)
{
  stage->folder = g_dir_make_tmp ("lodger-scan-opener-XXXXXX", NULL);
  ck_assert_ptr_nonnull (stage->folder);
  /* Before GIO looks for them. */
  g_setenv ("XDG_DATA_HOME", stage->folder, TRUE);
  g_setenv ("XDG_DATA_DIRS", stage->folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", stage->folder, TRUE);
  g_setenv ("XDG_CONFIG_DIRS", stage->folder, TRUE);
  stage->file = g_build_filename (stage->folder, "a file.unheard-of", NULL);
  ck_assert (g_file_set_contents (stage->file, "text", -1, NULL));
  stage->window = window_open (TRUE);
}

static void
wait_for_told (void)
{
  while (told == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
stage_close (Stage *stage)
{
  window_close (&stage->window);
  tree_remove (stage->folder);
  g_free (stage->folder);
  g_free (stage->file);
  g_clear_pointer (&told, g_free);
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

START_TEST (a_file_without_an_application_is_told_with_its_type)
{
  Stage stage;
  stage_open (&stage);
  opener_open (stage.window.label, stage.window.caller, stage.file, tell);
  wait_for_told ();
  ck_assert_str_eq (told, "No application is known that opens this kind of file (text/plain).");
  stage_close (&stage);
}
END_TEST

START_TEST (a_file_that_is_not_there_is_told)
{
  Stage stage;
  stage_open (&stage);
  opener_open (stage.window.label, stage.window.caller, "/no/such/file", tell);
  wait_for_told ();
  ck_assert_str_eq (told, "This file is not there any more.");
  stage_close (&stage);
}
END_TEST

/* It makes a file that has the name of the one that it was to open. */
START_TEST (the_default_application_is_started_with_the_file)
{
  Stage stage;
  char *desktop, *text, *opened;
  stage_open (&stage);
  opened = g_build_filename (stage.folder, "opened", NULL);
  text = g_strdup_printf ("[Desktop Entry]\nType=Application\nName=Opens\nMimeType=text/plain;\n"
                          "Exec=sh -c \"printf %%%%s \\\\\"\\\\$0\\\\\" >%s.new && mv %s.new %s\" %%f\n",
                          opened, opened, opened);
  desktop = g_build_filename (stage.folder, "applications", "opens.desktop", NULL);
  {
    char *folder = g_path_get_dirname (desktop), *list = g_build_filename (folder, "mimeapps.list", NULL);
    ck_assert_int_eq (g_mkdir_with_parents (folder, 0700), 0);
    ck_assert (g_file_set_contents (desktop, text, -1, NULL));
    ck_assert (g_file_set_contents (list, "[Default Applications]\ntext/plain=opens.desktop;\n", -1, NULL));
    g_free (list);
    g_free (folder);
  }
  opener_open (stage.window.label, stage.window.caller, stage.file, tell);
  g_free (text);
  while (told == NULL && !g_file_get_contents (opened, &text, NULL, NULL))
    g_main_context_iteration (NULL, FALSE);
  ck_assert_msg (told == NULL, "%s", told);
  ck_assert_str_eq (text, stage.file);
  g_free (text);
  g_free (desktop);
  g_free (opened);
  stage_close (&stage);
}
END_TEST

START_TEST (nothing_is_told_when_the_widget_has_gone)
{
  Stage stage;
  stage_open (&stage);
  opener_open (stage.window.label, stage.window.caller, stage.file, tell);
  opener_show_in_folder (stage.window.label, stage.window.caller, stage.file, tell);
  gtk_box_remove (GTK_BOX (stage.window.box), stage.window.label);
  window_settle ();
  ck_assert_ptr_null (told);
  stage_close (&stage);
  ck_assert_ptr_null (told);
}
END_TEST

/* ---- the folder ------------------------------------------------------------------------------------------------- */

static const char interface_xml[]
    = "<node><interface name='org.freedesktop.FileManager1'><method name='ShowItems'><arg type='as' direction='in'/>"
      "<arg type='s' direction='in'/></method></interface></node>";

static char *shown; /* the URI that the file manager was given */

static void
on_call (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *method,
         GVariant *parameters, GDBusMethodInvocation *invocation, void *data)
{
  char **uris = NULL;
  (void) bus;
  (void) sender;
  (void) path;
  (void) interface;
  (void) method;
  (void) data;
  g_variant_get (parameters, "(^ass)", &uris, NULL);
  ck_assert_uint_eq (g_strv_length (uris), 1);
  g_free (shown);
  shown = g_strdup (uris[0]);
  g_strfreev (uris);
  g_dbus_method_invocation_return_value (invocation, NULL);
}

START_TEST (the_file_manager_shows_the_file)
{
  static const GDBusInterfaceVTable table = { .method_call = on_call };
  Stage stage;
  GTestDBus *daemon = g_test_dbus_new (G_TEST_DBUS_NONE);
  GDBusNodeInfo *node = g_dbus_node_info_new_for_xml (interface_xml, NULL);
  GDBusConnection *bus;
  GVariant *answer;
  char *uri, *display;
  display = g_strdup (g_getenv ("DISPLAY"));
  g_test_dbus_up (daemon); /* takes it away */
  g_setenv ("DISPLAY", display, TRUE);
  g_free (display);
  stage_open (&stage);
  bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  ck_assert_ptr_nonnull (bus);
  ck_assert_uint_gt (g_dbus_connection_register_object (bus, "/org/freedesktop/FileManager1", node->interfaces[0],
                                                        &table, NULL, NULL, NULL),
                     0);
  answer = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                        "RequestName", g_variant_new ("(su)", "org.freedesktop.FileManager1", 0), NULL,
                                        G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  ck_assert_ptr_nonnull (answer);
  g_variant_unref (answer);
  opener_show_in_folder (stage.window.label, stage.window.caller, stage.file, tell);
  while (shown == NULL && told == NULL)
    g_main_context_iteration (NULL, TRUE);
  uri = g_filename_to_uri (stage.file, NULL, NULL);
  ck_assert_str_eq (shown, uri);
  ck_assert_ptr_null (told);
  g_free (uri);
  window_settle ();
  stage_close (&stage);
  g_dbus_node_info_unref (node);
  g_object_unref (bus);
  g_test_dbus_stop (daemon);
  g_object_unref (daemon);
}
END_TEST

START_TEST (without_a_file_manager_the_folder_is_opened)
{
  Stage stage;
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/no/such/bus", TRUE);
  stage_open (&stage);
  opener_show_in_folder (stage.window.label, stage.window.caller, stage.file, tell);
  wait_for_told ();
  ck_assert_str_eq (told, "No application is known that opens this kind of file (inode/directory).");
  stage_close (&stage);
}
END_TEST

/* ---- copying ---------------------------------------------------------------------------------------------------- */

static void
on_text (GObject *clipboard, GAsyncResult *result, void *data)
{
  *(char **) data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
}

START_TEST (paths_are_copied_as_text)
{
  const char *const paths[] = { "/a/b \"c\"", "/caf\xe9", NULL };
  Stage stage;
  char *text = NULL;
  stage_open (&stage);
  opener_copy_paths (stage.window.label, paths);
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (stage.window.label), NULL, on_text, &text);
  while (text == NULL)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_str_eq (text, "/a/b \"c\"\n/caf\xef\xbf\xbd"
                          "E9");
  g_free (text);
  stage_close (&stage);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("scan-opener");
  test_add (suite, a_file_without_an_application_is_told_with_its_type);
  test_add (suite, a_file_that_is_not_there_is_told);
  test_add (suite, the_default_application_is_started_with_the_file);
  test_add (suite, nothing_is_told_when_the_widget_has_gone);
  test_add (suite, the_file_manager_shows_the_file);
  test_add (suite, without_a_file_manager_the_folder_is_opened);
  test_add (suite, paths_are_copied_as_text);
  return gtk_test_main (suite, argc, argv);
}
