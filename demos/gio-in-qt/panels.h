/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the window. Each has what it shows of GIO in it. */
#ifndef GIO_IN_QT_PANELS_H
#define GIO_IN_QT_PANELS_H

#include "bus.h"
#include "folder.h"
#include "volumes.h"

#include <QFrame>
#include <QPointer>

class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QStackedLayout;
class QTreeWidget;
class QVBoxLayout;

/* A title with a detail beside it, and below them a body or a text that says why there is none. */
class Panel : public QFrame {
public:
  explicit Panel (const QString &title);

protected:
  void setDetail (const QString &text);
  void setBody (QWidget *body);
  QVBoxLayout *getLayout () const
  {
    return content;
  }
  /* An empty text shows the body. */
  void setEmptyText (const QString &text);

private:
  QVBoxLayout *content;
  QLabel *detail, *empty;
  QStackedLayout *stack;
};

class VolumesPanel final : public Panel {
public:
  VolumesPanel ();

private:
  void display ();
  class Row;

  QWidget *rows = nullptr; /* GIO may tell of a change before there is one */
  std::map<std::string, Row *> shown;
  Volumes volumes;
};

class BusPanel final : public Panel {
public:
  BusPanel ();

private:
  void display ();

  QLineEdit *filter = nullptr;
  QListWidget *list = nullptr;
  Bus bus;
};

class FolderPanel final : public Panel {
public:
  FolderPanel ();
  ~FolderPanel () override;
  void watch (const QString &path);

private:
  void add (const FolderEvent &event);
  void choose ();
  void digest ();
  static void digested (GObject *file, GAsyncResult *result, gpointer self);

  QTreeWidget *list;
  QPushButton *compute;
  QLineEdit *outcome;
  QString path;
  Folder folder;
  Ref<GCancellable> cancellable; /* while a digest is being made */
};

#endif
