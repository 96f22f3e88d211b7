/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-tree.h"

#include <string.h>

TreeTotals tree_totals;

static atomic_long stops;
static _Thread_local const TreeNode *attaching;

void
tree_init (Tree *tree)
{
  memset (tree, 0, sizeof *tree);
  pthread_mutex_init (&tree->mutex, NULL);
  counter_init (&tree->stopped);
}

void
tree_clear (Tree *tree)
{
  pthread_mutex_destroy (&tree->mutex);
  counter_clear (&tree->stopped);
}

/* ---- options -------------------------------------------------------------------------------------------------- */

static LodgerError *
start_hook (LodgerCaller *caller, void *data)
{
  const LedgerEntry *entry = data;
  ledger_check (entry);
  if (entry->kind != 0 && lodger_caller_get_id (caller) % 2 == 0)
    {
      atomic_fetch_add (&tree_totals.hooks_failed, 1);
      return lodger_error_new (NULL, LODGER_EAGAIN, NULL);
    }
  atomic_fetch_add (&tree_totals.hooks_started, 1);
  return NULL;
}

static void
stop_hook (LodgerCaller *caller, void *data)
{
  test_check (lodger_caller_is_current_thread (caller));
  /* It may have been abandoned meanwhile. */
  test_check (lodger_caller_get_state (caller) >= LODGER_CALLER_STOPPING);
  ledger_check (data);
  atomic_fetch_add (&tree_totals.hooks_stopped, 1);
}

static const char *
any_backend (TestRandom *random)
{
#ifdef LODGER_HAVE_GLIB
  if (test_random_below (random, 3) == 0)
    return "glib";
#endif
  return test_random_below (random, 2) == 0 ? "native" : NULL;
}

LodgerCallerOptions
tree_options (TestRandom *random, bool is_root, TreeMode mode)
{
  static const char *const names[] = { NULL, NULL, NULL, NULL, "ann", "bob", "cid" };
  LodgerCallerOptions options = { .size = sizeof options };
  options.name = is_root ? "root" : names[test_random_below (random, 7)];
  options.backend = any_backend (random);
  options.worker_backend = any_backend (random);
  options.is_protected = test_random_below (random, 8) == 0;
  if (test_random_below (random, 6) == 0)
    options.inbox_limit = 1 + test_random_below (random, 6);
  if (mode == TREE_HANGING && (is_root || test_random_below (random, 3) == 0))
    options.stop_deadline = 1000000 + test_random_below (random, 20000000);
  else if (is_root)
    options.stop_deadline = INT64_C (60000000000);
  if (is_root && test_random_below (random, 2) == 0)
    options.max_workers = 1 + test_random_below (random, 3);
  if (is_root && test_random_below (random, 4) == 0)
    options.max_threads = 1 + test_random_below (random, 3);
  if (test_random_below (random, 4) == 0)
    {
      LedgerEntry *entry = ledger_create_data ("a hook");
      entry->kind = mode != TREE_ORDERLY && test_random_below (random, 8) == 0;
      options.on_start = start_hook;
      options.on_stop = stop_hook;
      options.hook_data = entry;
      options.hook_destroy = ledger_destroy;
    }
  return options;
}

/* ---- growing -------------------------------------------------------------------------------------------------- */

/* A stopped caller has no children left, however it has ended; but one that hangs in no call is not waited for for ever. */
static void
expect_childless (const TreeNode *node)
{
  size_t count = 0;
  LodgerCaller **children = lodger_caller_list_children (node->caller, &count);
  if (count > 0 && node->tree->mode != TREE_HANGING)
    test_fail ("%llu has stopped, but not its child %s", (unsigned long long) lodger_caller_get_id (node->caller),
               lodger_caller_describe (children[0]));
  lodger_caller_list_free (children, count);
}

static int
note_stopped (LodgerPending *done, void *data)
{
  TreeNode *node = data;
  test_check (lodger_pending_is_done (done) && lodger_caller_get_state (node->caller) == LODGER_CALLER_STOPPED);
  node->is_late = attaching == node;
  atomic_store (&node->stopped_at, atomic_fetch_add (&stops, 1) + 1);
  expect_childless (node);
  counter_add (&node->tree->stopped, 1);
  return 0;
}

/* Under the mutex. Its callback is added without it. */
static TreeNode *
add_node (Tree *tree, TreeNode *parent, LodgerCaller *caller, bool is_bounded)
{
  TreeNode *node = &tree->nodes[tree->count];
  node->tree = tree;
  node->caller = caller;
  node->parent = parent;
  node->stopped_at = 0;
  node->is_late = false;
  node->is_bounded = is_bounded;
  tree->count++;
  atomic_fetch_add (&tree_totals.callers, 1);
  return node;
}

static void
watch_node (TreeNode *node)
{
  attaching = node;
  test_check (lodger_pending_add_done_callback (lodger_caller_get_stopped (node->caller), note_stopped, node, NULL)
              == 0);
  attaching = NULL;
}

void
tree_begin (Tree *tree, LodgerCaller *root, bool is_bounded, TreeMode mode)
{
  TreeNode *node;
  pthread_mutex_lock (&tree->mutex);
  tree->mode = mode;
  tree->is_growing = true;
  node = add_node (tree, NULL, root, is_bounded);
  pthread_mutex_unlock (&tree->mutex);
  watch_node (node);
}

/* Under the mutex. */
static TreeNode *
find_node (Tree *tree, const LodgerCaller *caller)
{
  for (unsigned i = 0; i < tree->count; i++)
    if (tree->nodes[i].caller == caller)
      return &tree->nodes[i];
  return NULL;
}

LodgerCaller *
tree_pick (Tree *tree, TestRandom *random, bool may_block, bool also_root)
{
  LodgerCaller *caller = NULL;
  unsigned first = also_root ? 0 : 1;
  pthread_mutex_lock (&tree->mutex);
  if (tree->count > first)
    {
      const TreeNode *node = &tree->nodes[first + test_random_below (random, tree->count - first)];
      if (may_block || !node->is_bounded)
        caller = lodger_caller_ref (node->caller);
    }
  pthread_mutex_unlock (&tree->mutex);
  return caller;
}

/* Enters the child in the tree. Returns NULL if it is there already or the tree is ending: it then stops with its parent. */
static TreeNode *
adopt (Tree *tree, LodgerCaller *parent, LodgerCaller *child, bool is_bounded)
{
  TreeNode *node = NULL, *above;
  pthread_mutex_lock (&tree->mutex);
  above = find_node (tree, parent);
  if (above != NULL && tree->is_growing && tree->count < TREE_NODES && find_node (tree, child) == NULL)
    node = add_node (tree, above, lodger_caller_ref (child), is_bounded);
  pthread_mutex_unlock (&tree->mutex);
  return node;
}

static bool
is_full (Tree *tree)
{
  bool is_full;
  pthread_mutex_lock (&tree->mutex);
  is_full = !tree->is_growing || tree->count >= TREE_NODES;
  pthread_mutex_unlock (&tree->mutex);
  return is_full;
}

void
tree_grow (Tree *tree, TestRandom *random)
{
  LodgerCaller *parent = is_full (tree) ? NULL : tree_pick (tree, random, true, true), *child;
  LodgerCallerOptions options;
  LodgerError *error = NULL;
  TreeNode *node = NULL;
  if (parent == NULL)
    return;
  options = tree_options (random, false, tree->mode);
  child = lodger_caller_open_child (parent, &options, &error);
  if (child != NULL)
    node = adopt (tree, parent, child, options.inbox_limit != 0);
  else
    switch (lodger_error_get_code (error))
      {
      case LODGER_ESHUTDOWN:
      case LODGER_ESTATE:
      case LODGER_EMISMATCH: break;
      default: test_fail ("no child: %s", lodger_error_get_message (error));
      }
  if (node != NULL)
    watch_node (node);
  lodger_error_unref (error);
  lodger_caller_unref (child);
  lodger_caller_unref (parent);
}

/* ---- the end -------------------------------------------------------------------------------------------------- */

static void
expect_order (const TreeNode *node)
{
  const TreeNode *parent = node->parent;
  if (parent != NULL && !node->is_late && node->stopped_at > parent->stopped_at && node->tree->mode != TREE_HANGING)
    test_fail ("%s has stopped after its parent %s", lodger_caller_get_name (node->caller),
               lodger_caller_get_name (parent->caller));
}

void
tree_end (Tree *tree)
{
  LodgerCaller *callers[TREE_NODES];
  unsigned count;
  pthread_mutex_lock (&tree->mutex);
  tree->is_growing = false;
  count = tree->count;
  pthread_mutex_unlock (&tree->mutex);
  counter_wait_until (&tree->stopped, count, INT64_MAX);
  for (unsigned i = 0; i < count; i++)
    expect_order (&tree->nodes[i]);
  pthread_mutex_lock (&tree->mutex);
  for (unsigned i = 0; i < count; i++)
    {
      callers[i] = tree->nodes[i].caller;
      tree->nodes[i].caller = NULL;
    }
  tree->count = 0;
  pthread_mutex_unlock (&tree->mutex);
  counter_add (&tree->stopped, -(long) count);
  for (unsigned i = 0; i < count; i++)
    lodger_caller_unref (callers[i]);
}
