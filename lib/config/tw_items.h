/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026 The dpdk-twamp authors */

#ifndef TW_ITEMS_H
#define TW_ITEMS_H

/**
 * @file
 * One row per option. The rows drive the parsing of argv, the help of each command, the man page,
 * shell completion and the dump of what is in effect; nothing about an option is said twice.
 *
 * The values go into a struct of the caller's, at the offsets that the rows name. Text is borrowed
 * from argv and from the rows, never copied.
 */

#include "tw_err.h"
#include "tw_value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** What an option's value is, and the type of the member that holds it. */
enum tw_item_type {
	TW_ITEM_FLAG,     /**< bool; no value */
	TW_ITEM_UINT,     /**< uint8_t, uint16_t, uint32_t or uint64_t */
	TW_ITEM_INT,      /**< int8_t .. int64_t */
	TW_ITEM_DOUBLE,   /**< double */
	TW_ITEM_MSEC,     /**< struct tw_ns, typed in milliseconds; min and max in ns */
	TW_ITEM_SEC,      /**< struct tw_ns, typed in seconds; min and max in ns */
	TW_ITEM_BITRATE,  /**< uint64_t */
	TW_ITEM_PPS,      /**< uint64_t; TW_PPS_MAX = max */
	TW_ITEM_ENUM,     /**< int: index in names */
	TW_ITEM_STRING,   /**< const char * */
	TW_ITEM_ADDR,     /**< struct tw_addr */
	TW_ITEM_PREFIX,   /**< struct tw_prefix */
	TW_ITEM_ENDPOINT, /**< struct tw_endpoint; what is left out keeps its default */
	TW_ITEM_MAC,      /**< struct tw_mac */
	TW_ITEM_DSCP,     /**< uint8_t, 0..63 */
};

/** Row flags. */
enum {
	TW_ITEM_REPEAT = 1 << 0, /**< a list: member is an array, count_offset its length */
	TW_ITEM_OPTIONAL =
		1 << 1,          /**< value only as --name=value, -xvalue; without it the default */
	TW_ITEM_SECRET = 1 << 2, /**< never printed */
	TW_ITEM_HIDDEN = 1 << 3, /**< not in help, man page and completion */
	TW_ITEM_ANY_VALUE = 1 << 4, /**< a separate value may look like an option */
	TW_ITEM_LAST = 1 << 5,      /**< may be given again: the last one counts */
};

struct tw_item {
	const char *name; /**< long name without dashes */
	char letter;      /**< short form, or 0 */
	enum tw_item_type type;
	uint32_t flags;
	uint32_t offset;          /**< of the member; of element 0 in a list */
	uint16_t size;            /**< octets of the member; of one element in a list */
	uint16_t capacity;        /**< elements that a list holds */
	uint32_t count_offset;    /**< uint32_t: elements in use */
	uint32_t commands;        /**< bits of the commands that take it */
	uint32_t later;           /**< bits of the commands that will, but do not in this build */
	const char *dflt;         /**< as typed; NULL = zero, shown as nothing */
	const char *dflt_help;    /**< shown instead of dflt; "" = nothing */
	const char *metavar;      /**< "N", "MSEC", ...; FILE and DEV are completed */
	const char *help;         /**< one sentence without its full stop, lower case first */
	const char *group;        /**< heading; rows of one group stand together */
	const char *const *names; /**< ENUM: ends with NULL */
	int64_t min, max;         /**< range of numbers and durations (ns); INT64_MAX is open */
	/** Further check of a text's form; the reason in @p err says what is allowed. */
	int (*check)(const char *value, struct tw_err *err);
};

/** Offset and size of a member, for a row. */
#define TW_ITEM_AT(type, member)                                                                   \
	.offset = offsetof(type, member), .size = sizeof(((type *)0)->member)

/** The same for a list. */
#define TW_ITEM_LIST(type, member, count)                                                          \
	.offset = offsetof(type, member), .size = sizeof(((type *)0)->member[0]),                  \
	.capacity = sizeof(((type *)0)->member) / sizeof(((type *)0)->member[0]),                  \
	.count_offset = offsetof(type, count)

/** Another default for some commands. */
struct tw_item_default {
	const char *name;
	uint32_t commands;
	const char *dflt;
	const char *dflt_help;
};

/** At most one of these may be given. */
struct tw_item_exclusive {
	const char *names[5]; /**< ends with NULL */
};

/** What help and man page say of a command. */
struct tw_item_command {
	const char *name;
	const char *alias; /**< or NULL */
	uint32_t bit;
	const char *arguments; /**< "PEER[:PORT] [LOCAL[:PORT]]" */
	unsigned int min_args, max_args;
	const char *summary; /**< one line without its full stop */
	const char *text;    /**< paragraphs, separated by an empty line */
	const char *example; /**< command lines, one a line */
};

struct tw_item_table {
	const char *program;
	const struct tw_item *items;
	size_t n_items;
	const struct tw_item_default *defaults;
	size_t n_defaults;
	const struct tw_item_exclusive *exclusive;
	size_t n_exclusive;
};

#define TW_ITEMS_MAX 192
#define TW_ITEM_ARGS_MAX 4

/** Which rows were given; what was not has its default. */
struct tw_item_set {
	uint64_t bits[TW_ITEMS_MAX / 64];
};

/** Arguments that are no options. */
struct tw_item_args {
	unsigned int n;
	const char *v[TW_ITEM_ARGS_MAX];
};

/** Returned by tw_items_parse() when -h or --help was met. */
#define TW_ITEMS_HELP 1

/**
 * Put the defaults of @p cmd into @p base, lists empty. Rows of other commands are left alone.
 * @return 0, or -EINVAL: a default that its own row refuses
 */
int tw_items_defaults(const struct tw_item_table *t, const struct tw_item_command *cmd,
	struct tw_err *err, void *base);

/**
 * Parse argv, the command's name not in it: `--name value`, `--name=value`, `-x value`, `-xvalue`,
 * `-abc` for flags, `--` ends the options.
 *
 * @param base  the struct behind the rows, defaults already in it
 * @param err   one sentence that names the option, the value and what is allowed
 * @return 0, TW_ITEMS_HELP, or
 *  - -EINVAL: a word that is no option, a value out of form or range, twice the same option,
 *    options that exclude each other, too few or too many arguments
 *  - -ENOTSUP: an option that this build does not implement yet
 */
int tw_items_parse(const struct tw_item_table *t, const struct tw_item_command *cmd, int argc,
	char *const *argv, void *base, struct tw_err *err, struct tw_item_set *ret_set,
	struct tw_item_args *ret_args);

/** Row of a long name that any of the commands @p commands takes, or NULL. */
const struct tw_item *tw_items_find(
	const struct tw_item_table *t, const char *name, uint32_t commands);

/** Was the row whose member stands at @p offset given? */
bool tw_items_given(const struct tw_item_table *t, const struct tw_item_set *set, size_t offset);

/**
 * Parse one value into @p ret_value, the member itself (not the struct).
 * @return 0, or -EINVAL with what is allowed in @p err
 */
int tw_item_parse(
	const struct tw_item *item, const char *value, struct tw_err *err, void *ret_value);

/** Text that tw_item_parse() reads back as the member at @p value; returns @p buf. */
char *tw_item_format(const struct tw_item *item, const void *value, char *buf, size_t len);

/** "a whole number from 1 to 64"; returns @p buf. */
char *tw_item_allowed(const struct tw_item *item, char *buf, size_t len);

/** The default that @p command has, as typed; NULL where there is none. */
const char *tw_item_default_text(
	const struct tw_item_table *t, const struct tw_item *item, uint32_t command);

/** The default as help shows it; NULL where nothing is shown. */
const char *tw_item_default_help(
	const struct tw_item_table *t, const struct tw_item *item, uint32_t command);

/** Index of the command that @p name names (alias too), or -1. */
int tw_items_command(const struct tw_item_command *cmds, size_t n, const char *name);

/** Command nearest to a mistyped @p name, or NULL when none is near. */
const char *tw_items_nearest_command(
	const struct tw_item_command *cmds, size_t n, const char *name);

/** @p s on one printable line of at most 60 octets, in quotes; returns @p buf (of 80). */
char *tw_items_quote(const char *s, char *buf);

/** Help of one command, at most 80 columns wide. */
void tw_items_help(const struct tw_item_table *t, const struct tw_item_command *cmd, FILE *out);

/** The list of commands, at most 80 columns wide. */
void tw_items_overview(const struct tw_item_table *t, const struct tw_item_command *cmds, size_t n,
	const char *tagline, FILE *out);

/** Sections of the man page that rows and commands do not yield. */
struct tw_item_man {
	const char *title;       /**< "DPDK-TWAMP" */
	const char *source;      /**< "dpdk-twamp 0.1.0" */
	const char *tagline;     /**< behind the dash of NAME */
	const char *description; /**< paragraphs, separated by an empty line */
	struct {
		const char *heading; /**< NULL ends the list */
		const char *text;
	} more[8];
};

/** The man page in roff (man macros). */
void tw_items_man(const struct tw_item_table *t, const struct tw_item_command *cmds, size_t n,
	const struct tw_item_man *man, FILE *out);

/** The completion script for bash. */
void tw_items_completion(
	const struct tw_item_table *t, const struct tw_item_command *cmds, size_t n, FILE *out);

/**
 * What is in effect, one `name = value` a line, a mark where it is a default, secrets masked.
 */
void tw_items_dump(const struct tw_item_table *t, const struct tw_item_command *cmd,
	const void *base, const struct tw_item_set *set, FILE *out);

#endif
