/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The window: which scan it shows, and when the pages change.
 */
#ifndef LODGER_SCAN_QT_WINDOW_H
#define LODGER_SCAN_QT_WINDOW_H

#include "actions.h"
#include "duplicates-page.h"
#include "errors-page.h"
#include "files-page.h"
#include "frames.h"
#include "status-bar.h"
#include "types-page.h"

#include <scan.h>
#include <session.h>

#include <QTabWidget>

/* The face with a window: runs a scan to its end, and others that are asked for, until the window is closed. Returns the
 * status. */
int scan_window (const ScanOptions *options);

class Window : public QWidget {
public:
  Window (LodgerCaller *the_caller, const ScanOptions *the_options);
  ~Window () override;

  /* Starts a scan of the folder. False, with a message and without a session, when the folder cannot be scanned. */
  bool start (char **ret_message);
  /* The same, but the window tells the message. */
  void restart ();
  void open_folder (const QByteArray &another);
  /* False: there is nothing to cancel. */
  bool cancel ();
  void show_page (int number);

  int get_status () const
  {
    return status;
  }
  /* NULL: no scan goes on, and none is shown. */
  const Session *get_session () const
  {
    return session;
  }
  const Frames *get_frames () const
  {
    return &frames;
  }
  FilesPage *get_files () const
  {
    return files;
  }
  DuplicatesPage *get_duplicates () const
  {
    return duplicates;
  }
  ErrorsPage *get_errors () const
  {
    return errors;
  }
  QTabWidget *get_tabs () const
  {
    return tabs;
  }
  StatusBar *get_bar () const
  {
    return bar;
  }
  Actions *get_actions () const
  {
    return actions;
  }

protected:
  bool event (QEvent *event) override;

private:
  void build ();
  void end_session ();
  void refresh ();
  void set_counts (bool over);
  void on_frame ();
  void on_changed (Session *changed);
  void print ();
  void print_later (int64_t delay);

  const ScanOptions *const options;
  LodgerCaller *const caller;
  Frames frames;
  Actions *actions;
  QStackedWidget *outer;
  QTabWidget *tabs;
  FilesPage *files;
  DuplicatesPage *duplicates;
  TypesPage *types;
  ErrorsPage *errors;
  Page *wrong;
  StatusBar *bar;
  Session *session = nullptr;
  QByteArray folder;
  bool all_shown = false; /* when it is painted next, the window shows all results */
  bool printed = false;
  int status = SCAN_OK;
};

#endif
