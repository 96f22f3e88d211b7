/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A tree of callers that grows and is stopped while threads pick callers from it.
 *
 * The tree records the order in which its callers stop. Children have to stop before their parents. */
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

typedef enum TreeMode
{
  TREE_ORDERLY, /* nothing is abandoned */
  TREE_LOOSE,   /* hosts are closed, threads end without a stop, starts fail */
  TREE_HANGING  /* calls hang too, and stops have short deadlines */
} TreeMode;

typedef struct TreeNode
{
  Tree *tree;
  LodgerCaller *caller; /* a reference */
  struct TreeNode *parent;
  atomic_long stopped_at; /* its number in the order of stops; 0 while it runs */
  bool is_late;           /* it had stopped before its callback was added, so its number says nothing */
  bool is_bounded;
} TreeNode;

struct Tree
{
  pthread_mutex_t mutex;
  Counter stopped;
  TreeNode nodes[TREE_NODES];
  unsigned count;
  bool is_growing;
  TreeMode mode;
};

/* Counts over all trees. */
typedef struct TreeTotals
{
  atomic_long callers, hooks_started, hooks_stopped, hooks_failed;
} TreeTotals;

extern TreeTotals tree_totals;

void tree_init (Tree *tree);
void tree_clear (Tree *tree);
/* Random options for a caller. The hook data in them has to be given away. */
LodgerCallerOptions tree_options (TestRandom *random, bool is_root, TreeMode mode);
/* Begins the tree with its root, whose reference is consumed. */
void tree_begin (Tree *tree, LodgerCaller *root, bool is_bounded, TreeMode mode);
/* Returns a new reference to some caller of the tree, or NULL. Any thread.
 *
 * Without `may_block`, its inbox has no limit. Without `also_root`, it is not the root. */
LodgerCaller *tree_pick (Tree *tree, TestRandom *random, bool may_block, bool also_root);
/* Gives one of its callers a child. Any thread. */
void tree_grow (Tree *tree, TestRandom *random);
/* Waits until all its callers have stopped, and checks the order. The root has stopped or is stopping. */
void tree_end (Tree *tree);

#endif
