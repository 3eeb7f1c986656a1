// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one table of everything the studio can be told. Parsing, checks, help, completion, the JSON
// schema and docs/reference/commands.md all come from its rows; a verb exists nowhere else.
#ifndef VY_COMMAND_TABLE_H
#define VY_COMMAND_TABLE_H

#include "base/work.h"
#include "command/lex.h"
#include "engine/edit.h"

#include <jansson.h>

#define VY_MAX_ARGS 8
#define VY_MAX_PAIRS 64
#define VY_MAX_LIST 64

enum vy_arg_type {
    VY_ARG_NAME,     ///< something in the session
    VY_ARG_NEW_NAME, ///< a name for something new
    VY_ARG_WORD,     ///< one word or quoted string
    VY_ARG_NUMBER,   ///< number with unit, min..max
    VY_ARG_TEXT,     ///< quoted, or all words to the end
    VY_ARG_PATH,     ///< bass.cutoff
    VY_ARG_PAIRS,    ///< any k=v
    VY_ARG_PATTERN,  ///< what follows "name:"
    VY_ARG_CHOICE,   ///< one of `choices`
    VY_ARG_REST,     ///< raw text to the end of the command
    VY_ARG_NAMES,    ///< any number of names in the session
    VY_ARG_ROUTE,    ///< a > b > c
    VY_ARG_OPERATOR, ///< < <= = >= >
    VY_ARG_FILES,    ///< any number of file names
    VY_ARG_METRIC,   ///< something that is measured (command/measure.h)
};

/// One argument of a verb.
struct vy_arg {
    const char *name;
    enum vy_arg_type type;
    const char *before; ///< literal word in front ("to"), or NULL
    const char *after;  ///< literal words behind, any of a|b ("bars|bar"), or NULL
    bool loose;         ///< `before` and `after` may be left out
    bool optional;
    bool keyed;          ///< written name=value
    const char *unit;    ///< number: what a bare number means; text: shown in help
    double min, max;     ///< number; min == max: unbounded
    const char *def;     ///< what holds when it is left out, for help and numbers
    const char *choices; ///< "up|down|updown"
    const char *text;    ///< one line of help
};

/// An argument as given. Absent optional numbers hold the default; text is then NULL.
struct vy_value {
    bool given;
    int at; ///< byte in the line
    const char *text;
    const char *after; ///< the literal word behind
    double number;
    int choice; ///< index into choices
};

struct vy_args {
    struct vy_value value[VY_MAX_ARGS];
    struct vy_pair pair[VY_MAX_PAIRS]; ///< all k=v of the line that are not keyed arguments
    const char *list[VY_MAX_LIST];     ///< names or route parts
    int list_at[VY_MAX_LIST];
    int pairs, lists;
};

struct vy_session;

/// One run of a verb. The handler edits `doc` (a clone it may ruin) or only reads it (queries), and
/// says what it did in `text` and `result`.
struct vy_call {
    struct vy_session *session; ///< NULL when a timer or a replay runs the line
    const struct vy_catalog *catalog;
    struct vy_doc *doc;
    const struct vy_verb *verb;
    const struct vy_args *args;
    const char *author;
    struct vy_buf *text;    ///< for people; lists begin with the first row, no final newline
    json_t *result;         ///< an object to fill
    json_t *warnings;       ///< an array of strings
    struct vy_buf *expand;  ///< macros: the lines they stand for, newline-separated
    struct vy_doc *replace; ///< load: takes the place of `doc`
    struct vy_lex *lex;     ///< the line itself
    const struct vy_line *line;
    int nesting; ///< how many lines deep a line within a line is
    bool quit;
    bool aside; ///< an edit verb that left the document alone: nothing to log or undo
    const struct vy_work *work; ///< to be told how far a long verb is; NULL = nobody asks
};

/// What a natural verb turns and how.
struct vy_turn {
    const char *params; ///< tried in this order, comma-separated
    const char *amount; ///< when none is given
    int direction;      ///< +1 or -1
};

/// How a verb is done as a job.
struct vy_verb_work {
    const char *class; ///< of jobs/class.h
    double timeout_s;  ///< of one try, unless the job says otherwise
    int tries;         ///< how often it may be begun: more than once only what does no harm twice
    bool network;      ///< it needs one; all others get none
    bool alone;        ///< it does not look at the session
    const char *only;  ///< values of its first argument that may be jobs ("scan"), NULL = all
};

enum vy_verb_flag {
    VY_VERB_EDIT = 1, ///< changes the document: atomic, logged, undone, allowed in files and timers
    VY_VERB_QUERY = 2,    ///< only reads the document
    VY_VERB_CONTROL = 4,  ///< acts on the session itself
    VY_VERB_MACRO = 8,    ///< expands to edit lines
    VY_VERB_OUTSIDE = 16, ///< writes files or leaves: not done while a session file is read
    VY_VERB_FILES = 32,   ///< reads any file it is told: who may only play may not (docs/http.md)
    VY_VERB_OWN = 64,     ///< OUTSIDE, but touches only what the studio keeps itself
};

/// A row.
struct vy_verb {
    const char *name, *group;
    const struct vy_arg *arg; ///< ends with a row without a name
    const char *help;         ///< one line
    const char *more;         ///< a paragraph for `help VERB`, or NULL
    const char *example[2];
    unsigned flags;
    const char *absent; ///< what is missing, from which part it comes, what to do instead
    const struct vy_turn *turn;
    const struct vy_verb_work *work; ///< NULL = never a job
    vy_status (*run)(struct vy_call *call, struct vy_err *err);
};

/// Row i of the table, NULL after the last.
const struct vy_verb *vy_verb_at(size_t i);
size_t vy_verb_count(void);

/// Groups in the order of the manual, NULL-terminated pairs of (name, title).
extern const char *const vy_verb_groups[][2];

/// A verb by name; fills `err` (with a hint) and returns NULL when there is none.
const struct vy_verb *vy_verb_find(const char *name, int at, struct vy_err *err);

/// Candidate i of all verbs, for vy_err_suggest.
const char *vy_verb_name(void *unused, size_t i);

/// "set PATH VALUE [k=v...]"
void vy_verb_usage(const struct vy_verb *verb, struct vy_buf *buf);

/// Read the words of a line as the arguments of a verb: types, ranges, units, choices, names.
/// @param doc  for names; NULL = names are not looked up
VY_MUST_CHECK vy_status vy_args_read(const struct vy_verb *verb, const struct vy_line *line,
                                     struct vy_lex *lex, const struct vy_doc *doc,
                                     struct vy_args *args, struct vy_err *err);

/// A row (or the whole table) as JSON: what `veery help --json` prints.
json_t *vy_verb_json(const struct vy_verb *verb);
json_t *vy_table_json(void);

#endif
