# SPDX-License-Identifier: LGPL-2.1-or-later
"""What gdb can tell about a program that uses Lodger, in a live process and in a core file. No function of the program
is called, and nothing in it is written."""
