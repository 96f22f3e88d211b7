// SPDX-License-Identifier: LGPL-2.1-or-later
/* The downloads with Qt, from a server of the test that answers when it is told to. */
/* Before the macros of Check. */
#include <QDir>
#include <QTemporaryDir>

#include "cpp-test.h"

int program_main (int argc, char **argv);
#define main program_main
#include "demos/cookbook-qt/downloads.cpp"
#undef main

#include <arpa/inet.h>
#include <thread>

/* Accepts a connection when it is asked to, and says what it is told to. */
class Server {
public:
  Server ()
  {
    sockaddr_in address = {};
    socklen_t size = sizeof address;
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    ck_assert_int_eq (bind (listener_, reinterpret_cast<sockaddr *> (&address), size), 0);
    ck_assert_int_eq (listen (listener_, 16), 0);
    ck_assert_int_eq (getsockname (listener_, reinterpret_cast<sockaddr *> (&address), &size), 0);
    port_ = ntohs (address.sin_port);
  }
  ~Server ()
  {
    close (listener_);
  }
  QString url (const char *name) const
  {
    return QString ("http://127.0.0.1:%1/%2").arg (port_).arg (name);
  }
  /* The descriptor of the next download, which has asked for its file. */
  int accept_next ()
  {
    char text[4096];
    const int client = accept (listener_, nullptr, nullptr);
    ck_assert_int_gt (recv (client, text, sizeof text, 0), 0);
    return client;
  }
  static void say (int client, const QByteArray &text)
  {
    ck_assert_int_eq (send (client, text.constData (), size_t (text.size ()), MSG_NOSIGNAL), text.size ());
  }

private:
  int listener_ = socket (AF_INET, SOCK_STREAM, 0);
  int port_ = 0;
};

/* What main() makes, in a folder of its own. */
class Shell {
public:
  Server server;

  Shell ()
  {
    ck_assert (QDir::setCurrent (folder_.path ()));
    attachment_.emplace ();
    window.emplace ();
    window->show ();
  }
  ~Shell ()
  {
    window.reset ();
    attachment_.reset ();
    ck_assert (files ().filter (".").isEmpty ()); /* no part of a file */
    QDir::setCurrent ("/");
  }
  void add (const char *name)
  {
    window->entry.setText (server.url (name));
    QMetaObject::invokeMethod (&window->entry, "returnPressed");
  }
  void expect_title (const char *title)
  {
    run_loop_until ([this, title] { return window->windowTitle () == QString (title); });
  }
  QString text (int row)
  {
    return window->findChildren<QProgressBar *> ().at (row)->format ();
  }
  /* The buttons are Cancel All, and one for each download. */
  void cancel (int row)
  {
    window->findChildren<QPushButton *> ().at (row + 1)->click ();
  }
  QStringList files ()
  {
    return QDir (folder_.path ()).entryList (QDir::Files | QDir::Hidden);
  }

private:
  int argc_ = 1;
  char name_[5] = "test";
  char *argv_[2] = { name_, nullptr };
  QApplication application_ { argc_, argv_ };
  QTemporaryDir folder_;
  std::optional<lodger::Attachment> attachment_;

public:
  std::optional<Window> window;
};

#define HEAD "HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\n"

START_TEST (a_file_is_saved_when_it_is_there_as_a_whole)
{
  Shell shell;
  shell.add ("file");
  const int client = shell.server.accept_next ();
  Server::say (client, HEAD "01234");
  ck_assert (!shell.files ().contains ("file"));
  Server::say (client, "56789");
  close (client);
  shell.expect_title ("1 of 1 downloads over");
  ck_assert (shell.text (0) == "Saved");
  ck_assert (shell.files () == QStringList ("file"));
  QFile file ("file");
  ck_assert (file.open (QIODevice::ReadOnly) && file.readAll () == "0123456789");
}
END_TEST

START_TEST (what_fails_says_why_and_leaves_no_file)
{
  Shell shell;
  shell.add ("missing");
  int client = shell.server.accept_next ();
  Server::say (client, "HTTP/1.0 404 Not Found\r\n\r\n");
  close (client);
  shell.expect_title ("1 of 1 downloads over");
  shell.add ("short");
  client = shell.server.accept_next ();
  Server::say (client, HEAD "0123");
  close (client);
  shell.expect_title ("2 of 2 downloads over");
  shell.add ("silent");
  close (shell.server.accept_next ());
  shell.expect_title ("3 of 3 downloads over");
  ck_assert (shell.text (0) == "The server says: HTTP/1.0 404 Not Found");
  ck_assert (shell.text (1) == "The server has sent too little");
  ck_assert (shell.text (2) == "The server says: nothing");
  ck_assert (shell.files ().isEmpty ());
}
END_TEST

START_TEST (a_cancel_ends_a_read_at_once)
{
  Shell shell;
  shell.add ("file");
  const int client = shell.server.accept_next ();
  Server::say (client, HEAD "01234");
  shell.cancel (0);
  shell.expect_title ("1 of 1 downloads over");
  ck_assert (shell.text (0) == "the user has cancelled it");
  ck_assert (shell.files ().isEmpty ());
  close (client);
}
END_TEST

START_TEST (a_download_that_waits_is_cancelled_and_the_next_one_has_its_place)
{
  Shell shell;
  for (const char *name : { "a", "b", "c", "d", "e" })
    shell.add (name);
  const int clients[] = { shell.server.accept_next (), shell.server.accept_next (), shell.server.accept_next () };
  shell.cancel (3);
  shell.expect_title ("1 of 5 downloads over");
  Server::say (clients[0], HEAD "0123456789");
  close (clients[0]);
  shell.expect_title ("2 of 5 downloads over");
  const int last = shell.server.accept_next (); /* three have run until now */
  shell.window->cancel_all.click ();
  shell.expect_title ("5 of 5 downloads over");
  int saved = 0;
  for (int row = 0; row < 5; row++)
    saved += shell.text (row) == "Saved";
  ck_assert_int_eq (saved, 1);
  ck_assert (shell.text (4) == "the user has cancelled all");
  ck_assert_int_eq (shell.files ().size (), 1);
  for (const int client : { clients[1], clients[2], last })
    close (client);
}
END_TEST

START_TEST (the_window_is_closed_in_the_middle)
{
  int client;
  {
    Shell shell;
    for (const char *name : { "a", "b", "c", "d" })
      shell.add (name);
    client = shell.server.accept_next ();
    Server::say (client, HEAD "01234");
    shell.window.reset ();
  }
  close (client);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("qt cookbook-downloads");
  test_add (suite, a_file_is_saved_when_it_is_there_as_a_whole);
  test_add (suite, what_fails_says_why_and_leaves_no_file);
  test_add (suite, a_cancel_ends_a_read_at_once);
  test_add (suite, a_download_that_waits_is_cancelled_and_the_next_one_has_its_place);
  test_add (suite, the_window_is_closed_in_the_middle);
  return test_main (suite, argc, argv);
}
