/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of files: all files as they are found.
 */
#ifndef LODGER_SCAN_QT_FILES_PAGE_H
#define LODGER_SCAN_QT_FILES_PAGE_H

#include "list.h"
#include "page.h"
#include "rows.h"

#include <store.h>

class FileRows : public Rows {
public:
  FileRows ();

  /* NULL: no rows. It is not owned: before it goes, another one is set. */
  void set_store (const Store *another);
  const StoreFile *get_file (quint32 number) const;

protected:
  quint32 count () const override;
  void append_text (GString *text, quint32 number, int column) const override;
  int compare (quint32 number_a, quint32 number_b, int column) const override;

private:
  const char *get_type (const StoreFile *file) const;

  const Store *store = nullptr;
  mutable Shown path;
};

class FilesPage : public Page {
public:
  /* `wake` runs when grow() has to run again after it had nothing left to do. */
  explicit FilesPage (std::function<void ()> wake);

  /* What to show from now on. Neither is owned. */
  void set (const Store *another, const char *its_folder);
  /* Adds a portion of new rows. Whether some are left. */
  bool grow ();
  /* The store has changed. */
  void refresh (bool over);

  /* Each is about the file that is selected. False: there is none. */
  bool open_selected ();
  bool copy_selected ();

  TableList *get_list () const
  {
    return list;
  }

private:
  /* The bytes of the file's absolute path, or nothing. */
  QByteArray get_selected () const;

  FileRows rows;
  TableList *list;
  const Store *store = nullptr;
  const char *folder = nullptr;
};

#endif
