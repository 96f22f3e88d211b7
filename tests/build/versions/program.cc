// SPDX-License-Identifier: LGPL-2.1-or-later
// The macros for options, in C++17.
#include <lodger/lodger.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#define EXPECT(condition)                                                                                              \
  do                                                                                                                   \
    if (!(condition))                                                                                                  \
      {                                                                                                                \
        std::fprintf (stderr, "program.cc:%d: %s\n", __LINE__, #condition);                                            \
        std::exit (1);                                                                                                 \
      }                                                                                                                \
  while (0)

struct Many
{
  size_t size;
  int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x;
};

static int
last_of (const Many *many)
{
  return many->size == sizeof *many && many->a == 1 ? many->x : 0;
}

static void
answer_many (LodgerPending *self, void *)
{
  static Many many = {};
  many.x = 24;
  LODGER_RETURN (self, Many, &many, nullptr);
}

static void
answer (LodgerPending *self, void *data)
{
  lodger_pending_return_string (self, static_cast<const char *> (data));
}

static void
go_on (LodgerPending *self, LodgerPending *done, void *)
{
  lodger_pending_return_from (self, done);
}

class Database {
  LodgerCaller *caller = nullptr;
  LodgerScope *scope = nullptr;
  const char *worker = "db";
  char name[6] = "query";

public:
  Database ()
  {
    caller = lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.max_workers = 2, .name = "main"),
                                 nullptr);
    scope = lodger_scope_new (LODGER_SCOPE_OPTIONS (.object = this));
    EXPECT (caller != nullptr && scope != nullptr);
    lodger_pending_wait (lodger_caller_get_started (caller), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  }

  Database (const Database &) = delete;
  Database &operator= (const Database &) = delete;

  ~Database ()
  {
    lodger_caller_stop (caller, true);
    lodger_pending_wait (lodger_caller_get_stopped (caller), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
    lodger_caller_unref (caller);
    lodger_scope_unref (scope);
  }

  // A member's value, a local's and an empty list; the members in any order.
  void query ()
  {
    const char *text = nullptr;
    LodgerPending *asked = lodger_caller_to_thread_full (
        caller, answer, name, nullptr, LODGER_CALL_OPTIONS (.worker = worker, .scope = scope, .name = "named"));
    LodgerPending *then = lodger_pending_then (asked, caller, go_on, nullptr, nullptr);
    LodgerPending *plain = lodger_caller_call_soon_full (caller, answer, name, nullptr, LODGER_CALL_OPTIONS ());
    LodgerPending *many = lodger_caller_call_soon (caller, answer_many, nullptr, nullptr);
    EXPECT (lodger_pending_wait (many, LODGER_SECONDS (600), LODGER_WAIT_DEFAULT) == 0);
    EXPECT (LODGER_GET (many, Many)->x == 24);
    EXPECT (LODGER_TAKE (many, Many) != nullptr);
    lodger_pending_unref (many);
    LodgerPending *bound = lodger_scope_call_soon (scope, caller, answer, name, nullptr);
    for (LodgerPending *pending : { asked, then, plain, bound })
      {
        char *description = lodger_pending_describe (pending);
        EXPECT (lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT) == 0);
        EXPECT (lodger_pending_get_string (pending, &text) == 0);
        EXPECT (std::strstr (description, __FILE__) != nullptr);
        std::printf ("%s", pending == asked ? text : "");
        lodger_free (description);
      }
    for (LodgerPending *pending : { asked, then, plain, bound })
      lodger_pending_unref (pending);
  }
};

int
main ()
{
  Database database;
  database.query ();
  std::printf (" %d\n",
               last_of (LODGER_OPTIONS (Many, .a = 1, .b = 2, .c = 3, .d = 4, .e = 5, .f = 6, .g = 7, .h = 8, .i = 9,
                                        .j = 10, .k = 11, .l = 12, .m = 13, .n = 14, .o = 15, .p = 16, .q = 17, .r = 18,
                                        .s = 19, .t = 20, .u = 21, .v = 22, .w = 23, .x = 24)));
  return 0;
}
