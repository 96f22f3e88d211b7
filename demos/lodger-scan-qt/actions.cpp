/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "actions.h"

#include "application.h"

#include <glib.h>

#include <QAction>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDropEvent>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QUrl>

enum
{
  PAGES = 4
};

QAction *
Actions::add (const QString &text, const QList<QKeySequence> &keys, std::function<void ()> does)
{
  const auto action = new QAction (text, this);
  action->setShortcuts (keys);
  connect (action, &QAction::triggered, std::move (does));
  window->addAction (action);
  return action;
}

Actions::Actions (QWidget *the_window, const ActionsTarget &the_target)
    : QObject (the_window), window (the_window), target (the_target),
      folder (new CutLabel (Qt::ElideLeft, Qt::AlignHCenter, QPalette::PlaceholderText))
{
  open = add ("&Open…", { QKeySequence ("Ctrl+O") }, [this] () { choose_folder (); });
  rescan = add ("Scan again", { QKeySequence ("F5"), QKeySequence ("Ctrl+R") }, target.rescan);
  add ("Cancel", { QKeySequence ("Escape") }, [this] () { (void) target.cancel (); });
  close = add ("&Close", { QKeySequence ("Ctrl+W"), QKeySequence ("Ctrl+Q") }, target.close);
  help = add ("&Keyboard shortcuts", { QKeySequence ("F1"), QKeySequence ("Ctrl+?") }, [this] () { show_help (); });
  for (int i = 0; i < PAGES; i++)
    add (QString (), { QKeySequence (QStringLiteral ("Alt+%1").arg (i + 1)) }, [this, i] () { target.show_page (i); });
  dark = new QAction ("&Dark appearance", this);
  dark->setCheckable (true);
  connect (dark, &QAction::toggled, application_set_dark);
  window->setAcceptDrops (true);
  window->installEventFilter (this);
}

void
Actions::cancel_or_close ()
{
  if (!target.cancel ())
    target.close ();
}

/* ---- another folder ---------------------------------------------------------------------------------------------- */

void
Actions::choose_folder ()
{
  const auto dialog = new QFileDialog (window, "Which folder to scan?", QFile::decodeName (target.get_folder ()));
  dialog->setAttribute (Qt::WA_DeleteOnClose);
  dialog->setFileMode (QFileDialog::Directory);
  dialog->setOption (QFileDialog::ShowDirsOnly);
  dialog->setLabelText (QFileDialog::Accept, "&Scan");
  connect (dialog, &QFileDialog::fileSelected, this,
           [this] (const QString &path) { target.open (QFile::encodeName (path)); });
  dialog->open ();
}

static QByteArray
path_of (const QUrl &url)
{
  const QByteArray uri = url.toEncoded ();
  char *const path = g_filename_from_uri (uri.constData (), nullptr, nullptr);
  const QByteArray bytes = path == nullptr ? uri : QByteArray (path);
  g_free (path);
  return bytes;
}

bool
Actions::eventFilter (QObject *, QEvent *event)
{
  if (event->type () != QEvent::DragEnter && event->type () != QEvent::Drop)
    return false;
  const auto drop = static_cast<QDropEvent *> (event);
  if (drop->mimeData ()->urls ().isEmpty ())
    return false;
  drop->setDropAction (Qt::CopyAction);
  drop->accept ();
  if (event->type () == QEvent::Drop)
    target.open (path_of (drop->mimeData ()->urls ().first ()));
  return true;
}

/* ---- the header and the help ------------------------------------------------------------------------------------- */

QWidget *
Actions::make_header ()
{
  const auto header = new QWidget;
  const auto box = new QHBoxLayout (header);
  const auto open_button = new QPushButton (open->text ());
  const auto rescan_button = new QToolButton;
  const auto menu_button = new QPushButton ("&Menu");
  const auto menu = new QMenu (menu_button);
  open_button->setToolTip ("Choose a folder to scan; or drop one on the window");
  open_button->setAutoDefault (false);
  connect (open_button, &QPushButton::clicked, open, &QAction::trigger);
  rescan->setIcon (window->style ()->standardIcon (QStyle::SP_BrowserReload));
  rescan_button->setDefaultAction (rescan);
  menu->addAction (dark);
  menu->addAction (help);
  menu->addSeparator ();
  menu->addAction (close);
  menu_button->setAutoDefault (false);
  menu_button->setMenu (menu);
  box->setContentsMargins (8, 8, 8, 8);
  box->addWidget (open_button);
  box->addWidget (rescan_button);
  box->addWidget (folder, 1);
  box->addWidget (menu_button);
  return header;
}

void
Actions::show_help ()
{
  static const struct
  {
    const char *what, *keys;
  } lines[] = {
    { "Open a folder", "Ctrl+O" },
    { "Scan again", "F5, Ctrl+R" },
    { "Cancel", "Escape" },
    { "Files, duplicates, types, errors", "Alt+1 … Alt+4" },
    { "Open the file, or the group", "Return" },
    { "Copy the file's path", "Ctrl+C" },
    { "This help", "F1, Ctrl+?" },
    { "Close", "Ctrl+W, Ctrl+Q" },
  };
  const auto dialog = new QDialog (window);
  const auto grid = new QGridLayout (dialog);
  const auto buttons = new QDialogButtonBox (QDialogButtonBox::Close);
  QFont bold = dialog->font ();
  int row = 0;
  bold.setBold (true);
  dialog->setAttribute (Qt::WA_DeleteOnClose);
  dialog->setWindowTitle ("Keyboard shortcuts");
  grid->setContentsMargins (20, 16, 20, 16);
  grid->setHorizontalSpacing (40);
  grid->setVerticalSpacing (8);
  for (const auto &line : lines)
    {
      const auto keys = new QLabel (line.keys);
      keys->setFont (bold);
      grid->addWidget (new QLabel (line.what), row, 0);
      grid->addWidget (keys, row++, 1);
    }
  grid->addWidget (buttons, row, 0, 1, 2);
  connect (buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
  dialog->open ();
}
