/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A start/stop task on a subject, in each of the places where its function can be. */
#ifndef LODGER_TEST_TASK_SERVER_H
#define LODGER_TEST_TASK_SERVER_H

#include "subject.h"

typedef enum Place
{
  IN_CALLER, /* the subject's thread: the function defers its answer */
  IN_WORKER, /* a worker of the subject: the function waits */
  IN_CHILD,  /* the thread of a child of the subject: the function defers its answer */
  PLACES
} Place;

typedef enum Way
{
  ANSWERS_AT_STOP, /* by itself */
  /* These let the test say when. */
  ANSWERS,
  FAILS,
  CANCELS, /* itself */
} Way;

/* The name of the worker. */
#define SERVER_WORKER "server"

typedef struct Server
{
  Way way;
  bool reports_start; /* when the test says so, and then waits for the next word */
  int64_t patience;
  Subject subject;
  Place place;
  LodgerCaller *caller; /* of the task */
  LodgerTask *task;
  LodgerReply *reply;
  Latch may_report, may_end;
  atomic_bool has_reported;
  Counter runs, ends; /* of the function; of its data */
} Server;

/* Opens the subject of the kind number `i`. The members `way` to `patience` are filled in. */
void server_open_caller (Server *server, int i, Place place);
void server_make (Server *server);
/* Both. */
void server_open (Server *server, int i, Place place);
/* The test's thread: these run the loop until it is so. */
void server_await_begin (Server *server);
void server_expect_end (Server *server, int code);
/* It has answered 7. */
void server_expect_answer (Server *server);
void server_settle (Server *server); /* what its caller has to do */
void server_stop_caller (Server *server);
/* Lets the function report its start; lets it end. */
void server_let_report (Server *server);
void server_let_end (Server *server);
void server_close (Server *server);
/* A destroy function of data, which counts the end of the server's. */
void server_end_data (void *server);

#endif
