/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random programs of stacks in several threads: each starts others, resumes others, borrows the thread's own stack,
 * leaves, and finds everything as it was. */
#include "stack/stack.h"
#include "test-suite.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

enum
{
  THREADS = 3,
  STACKS = 40, /* of a thread, at once */
  STEPS = 30,  /* of a stack */
  ROUNDS = 100000,
  DEEPEST = 12 /* stacks and borrows in each other */
};

typedef struct World World;

/* In the room of a stack. */
typedef struct Actor
{
  World *world;
  unsigned number;
  unsigned leaves, resumes; /* each resume follows a leave */
  bool is_suspended;
} Actor;

struct World
{
  TestRandom random;
  LodgerStack *stacks[STACKS]; /* NULL: free */
  unsigned depth;
  unsigned started, returned, borrows;
};

static void act (World *world);

static void
play (void *data)
{
  Actor *actor = data;
  World *world = actor->world;
  LodgerStack *self = lodger__stack_current ();
  unsigned steps = 1 + test_random_below (&world->random, STEPS);
  unsigned char mine[256];
  memset (mine, (int) actor->number, sizeof mine);
  test_check (lodger__stack_room (self) == (void *) actor);
  while (steps-- > 0)
    {
      const int error = (int) actor->number + 1000;
      if (test_random_below (&world->random, 3) == 0)
        act (world);
      errno = error;
      actor->leaves++;
      actor->is_suspended = true;
      lodger__stack_leave ();
      test_check (errno == error);
      test_check (!actor->is_suspended && actor->leaves == actor->resumes);
      test_check (lodger__stack_current () == self);
      for (size_t i = 0; i < sizeof mine; i += 15)
        test_check (mine[i] == (unsigned char) actor->number);
    }
}

static void
end (World *world, unsigned number)
{
  lodger__stack_give (world->stacks[number]);
  world->stacks[number] = NULL;
  world->returned++;
}

static void
start (World *world, unsigned number)
{
  static const size_t sizes[] = { 0, 128 * 1024, 1024 * 1024 };
  LodgerStack *stack = lodger__stack_take (sizes[test_random_below (&world->random, 3)]);
  Actor *actor = lodger__stack_room (stack);
  *actor = (Actor) { .world = world, .number = number };
  world->stacks[number] = stack;
  world->started++;
  if (lodger__stack_start (stack, play, actor))
    end (world, number);
}

static void
resume (World *world, unsigned number)
{
  Actor *actor = lodger__stack_room (world->stacks[number]);
  if (!actor->is_suspended)
    return;
  actor->is_suspended = false;
  actor->resumes++;
  if (lodger__stack_resume (world->stacks[number]))
    end (world, number);
}

static void
be_borrowed (void *data)
{
  World *world = data;
  test_check (lodger__stack_current () == NULL);
  world->borrows++;
  act (world);
  test_check (lodger__stack_current () == NULL);
}

static void
act (World *world)
{
  LodgerStack *self = lodger__stack_current ();
  const unsigned number = test_random_below (&world->random, STACKS);
  if (world->depth == DEEPEST)
    return;
  world->depth++;
  if (test_random_below (&world->random, 4) == 0)
    lodger__stack_borrow (be_borrowed, world);
  else if (world->stacks[number] == NULL)
    start (world, number);
  else
    resume (world, number);
  world->depth--;
  test_check (lodger__stack_current () == self);
}

static void *
run_world (void *data)
{
  World *world = data;
  const unsigned rounds = test_scaled (ROUNDS);
  for (unsigned i = 0; i < rounds; i++)
    {
      world->depth = 0;
      act (world);
      if (i % 100 == 99)
        lodger__stack_begin_watch ();
      if (i % 100 == 50)
        lodger__stack_give_back ();
    }
  for (unsigned i = 0; i < STACKS; i++)
    while (world->stacks[i] != NULL)
      {
        world->depth = DEEPEST; /* no new ones */
        resume (world, i);
      }
  return NULL;
}

START_TEST (random_switches_find_everything_as_it_was)
{
  World worlds[THREADS] = { 0 };
  pthread_t threads[THREADS];
  for (unsigned i = 0; i < THREADS; i++)
    {
      worlds[i].random = test_random_new (i);
      ck_assert_int_eq (pthread_create (&threads[i], NULL, run_world, &worlds[i]), 0);
    }
  for (unsigned i = 0; i < THREADS; i++)
    {
      ck_assert_int_eq (pthread_join (threads[i], NULL), 0);
      ck_assert_uint_gt (worlds[i].started, 0);
      ck_assert_uint_eq (worlds[i].started, worlds[i].returned);
      ck_assert_uint_gt (worlds[i].borrows, 0);
    }
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("stress-stacks");
  test_add (suite, random_switches_find_everything_as_it_was);
  return test_main (suite, argc, argv);
}
