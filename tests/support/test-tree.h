/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A tree of callers that grows, and is stopped here and there, while threads pick from it; it remembers in what order they
 * stopped, and that has to be children before parents. */
#ifndef LODGER_TEST_TREE_H
#define LODGER_TEST_TREE_H

#include "test-latch.h"
#include "test-ledger.h"
#include "test-limits.h"

enum
{
  TREE_NODES = 24
};

typedef struct Tree Tree;

typedef enum TreeMood
{
  TREE_ORDERLY, /* nothing is left behind */
  TREE_LOOSE,   /* hosts are closed, threads just end, starts fail */
  TREE_HANGING  /* and calls hang, while stops do not wait for long */
} TreeMood;

typedef struct TreeNode
{
  Tree *tree;
  LodgerCaller *caller; /* a reference */
  struct TreeNode *parent;
  atomic_long stopped_at; /* 0: it has not */
  bool is_late;           /* had stopped before anybody looked */
  bool is_bounded;
} TreeNode;

struct Tree
{
  pthread_mutex_t mutex;
  Counter stopped;
  TreeNode nodes[TREE_NODES];
  unsigned count;
  bool is_growing;
  atomic_bool is_torn; /* its root ends without its children */
  TreeMood mood;
};

/* How often, over all trees. */
typedef struct TreeSums
{
  atomic_long callers, hooks_started, hooks_stopped, hooks_failed;
  atomic_long outlived; /* children that were there still when their parent had stopped, where that may happen */
} TreeSums;

extern TreeSums tree_sums;

void tree_init (Tree *tree);
void tree_clear (Tree *tree);
/* Options of a caller at random; the hooks' data in it has to be consumed. */
LodgerCallerOptions tree_options (TestRandom *random, bool is_root, TreeMood mood);
/* The root, whose reference is consumed, begins it. */
void tree_plant (Tree *tree, LodgerCaller *root, bool is_bounded, bool is_torn, TreeMood mood);
/* Any thread: a caller of it, as a new reference, or NULL. `may_block`: also one with a bounded inbox. */
LodgerCaller *tree_pick (Tree *tree, TestRandom *random, bool may_block, bool also_root);
/* Any thread: one of its callers gets a child. */
void tree_grow (Tree *tree, TestRandom *random);
/* The root has stopped, or is about to: waits for all others, and looks at the order. */
void tree_end (Tree *tree);

#endif
