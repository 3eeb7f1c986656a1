// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a pattern plays is a function of document, seed and beat: the main thread asks the document
// for the notes of the next moments, as `peek` does, and a thread sends each at its beat, by the
// same follower of the engine's position that the clock is sent by. An edit throws away what was
// planned and has not begun; what has begun is in a list until its end was sent.
#include "serve/midi_notes.h"

#include "engine/studio.h"
#include "serve/midi_clock.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#define AHEAD_S 0.15     // planned ahead: the main thread may be away for so long
#define STEP_S 0.05      // at once
#define TOO_LATE_S 0.1   // notes that are later are not sent
#define LEAP_BEATS 0.25  // less is a slip of the clock, over which plan and notes hold
#define EPSILON 1e-6     // beats, half a microsecond
#define SHORTEST_S 0.005 // of a note
#define IDLE_NS 2000000u // how often the engine is looked at
#define PRIORITY 30      // as the clock's
#define ROUTES 64
#define NOTES 1024
#define CHANS 16

struct route {
    char unit[VY_NAME_SIZE]; ///< "" = the place is free
    uint8_t chan, hit_note;
};

struct note {
    double on, off; ///< beats
    uint8_t route, chan, key, velocity;
};

struct vy_notes_sender {
    struct vy_live *live;
    struct vy_midi *midi;
    int wake;
    pthread_t thread;
    bool threaded;
    _Atomic bool quit;
    // the main thread's
    struct route route[ROUTES];
    bool rerouted;
    double planned;            ///< beat up to which notes are planned
    uint64_t version, plan_of; ///< of the session, and `leaps`, that the plan is of
    // under the lock
    pthread_mutex_t lock;
    struct vy_clock_follower clock;
    uint64_t seen;        ///< engine's ticks at the last look
    double stood;         ///< beat where it was last seen standing
    uint64_t leaps;       ///< counts starts and jumps
    double begins, leapt; ///< beat where the music went on, and where it was when that was seen
    bool exactly;         ///< `begins` is known, not guessed from the length of a block
    double last_on;       ///< beat of the newest note that was sent since then
    struct note next[NOTES], held[NOTES]; ///< next: in time order
    uint32_t nexts, holds;
    uint64_t sent, lost, late_ns;
};

// -- the thread; the lock is held ----------------------------------------------------------------

static bool say(struct vy_notes_sender *s, enum vy_midi_kind kind, const struct note *note)
{
    const bool on = kind == VY_MIDI_NOTE_ON;
    const struct vy_midi_event event = {
        .kind = kind, .chan = note->chan, .a = note->key, .b = on ? note->velocity : 64};
    return vy_midi_send(s->midi, &event);
}

static void let_go(struct vy_notes_sender *s, uint32_t i)
{
    s->lost += !say(s, VY_MIDI_NOTE_OFF, &s->held[i]);
    s->held[i] = s->held[--s->holds];
}

static void silence(struct vy_notes_sender *s)
{
    while (s->holds > 0)
        let_go(s, s->holds - 1);
    s->nexts = 0;
}

static void begin(struct vy_notes_sender *s)
{
    const struct note note = s->next[0];
    memmove(s->next, s->next + 1, --s->nexts * sizeof *s->next);
    s->last_on = fmax(s->last_on, note.on);
    for (uint32_t i = 0; i < s->holds; i++) // a key is down once: two ends would cut the second
        if (s->held[i].chan == note.chan && s->held[i].key == note.key) {
            let_go(s, i);
            break;
        }
    if (s->holds == NOTES || !say(s, VY_MIDI_NOTE_ON, &note)) {
        s->lost++;
        return;
    }
    s->held[s->holds++] = note;
    s->sent++;
}

// The note that ends first. @return its end, INFINITY: none is held
static double first_end(const struct vy_notes_sender *s, uint32_t *which)
{
    double first = INFINITY;
    for (uint32_t i = 0; i < s->holds; i++)
        if (s->held[i].off < first) {
            first = s->held[i].off;
            *which = i;
        }
    return first;
}

// Everything up to now, ends before beginnings. @return CLOCK_MONOTONIC of what comes next
static uint64_t send_due(struct vy_notes_sender *s, uint64_t now_ns)
{
    const double now = vy_clock_beat(&s->clock, now_ns) + EPSILON;
    for (;;) {
        uint32_t which = 0;
        const double end = first_end(s, &which);
        const double start = s->nexts ? s->next[0].on : (double)INFINITY;
        const double due = fmin(end, start);
        if (!(due <= now))
            return now_ns + (uint64_t)fmin(IDLE_NS, (due - now + EPSILON) * 60e9 / s->clock.bpm);
        if (end <= start) {
            let_go(s, which);
            continue;
        }
        const double late_ns = (now - start) * 60e9 / s->clock.bpm;
        s->late_ns = late_ns > (double)s->late_ns ? (uint64_t)late_ns : s->late_ns;
        begin(s);
    }
}

// The music begins, or goes on elsewhere.
static void leap(struct vy_notes_sender *s, const struct vy_clock_said *said, bool was)
{
    const double back = said->beat - s->stood;
    silence(s);
    s->leaps++;
    s->leapt = said->beat;
    s->last_on = -INFINITY;
    s->exactly = !was && back >= 0 && back <= TOO_LATE_S * said->bpm / 60;
    // it tells the beat behind its block
    s->begins =
        s->exactly ? s->stood : fmax(0, said->beat - (double)said->period_ns * said->bpm / 60e9);
    eventfd_write(s->wake, 1);
}

static void look(struct vy_notes_sender *s)
{
    const struct vy_shared *const shared = vy_live_shared(s->live);
    const struct vy_clock_said said = vy_clock_hear(shared);
    const bool was = s->clock.running;
    if (!said.playing || atomic_load(&shared->panic)) {
        silence(s);
        s->stood = said.beat;
        s->clock.running = false;
        return;
    }
    if (was && said.ticks == s->seen)
        return; // the same word as before
    const double off = was ? said.beat - vy_clock_beat(&s->clock, said.ns) : (double)INFINITY;
    s->seen = said.ticks;
    (void)vy_clock_follow(&s->clock, said.beat, said.bpm, said.ns);
    if (!(fabs(off) < LEAP_BEATS))
        leap(s, &said, was);
}

static void *run(void *arg)
{
    struct vy_notes_sender *const s = arg;
    const struct sched_param how = {.sched_priority = PRIORITY};
    (void)pthread_setschedparam(pthread_self(), SCHED_FIFO, &how); // or as exact as it gets
    while (!s->quit) {
        pthread_mutex_lock(&s->lock);
        look(s);
        const uint64_t now = vy_now_ns();
        const uint64_t next = s->clock.running ? send_due(s, now) : now + IDLE_NS;
        pthread_mutex_unlock(&s->lock);
        vy_clock_sleep(next);
    }
    pthread_mutex_lock(&s->lock);
    silence(s);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

// -- planning: the main thread -------------------------------------------------------------------

// A thing whose notes do not go out now: muted, away, or another one is solo.
static bool hushed(const struct vy_doc *doc, const char *name)
{
    const int u = *name ? vy_doc_unit(doc, name) : -1;
    bool solo = false;
    for (int i = 0; i < doc->units; i++)
        solo |= doc->unit[i].solo;
    return u < 0 || doc->unit[u].mute || (solo && !doc->unit[u].solo);
}

static int find_route(const struct vy_notes_sender *s, const char *unit)
{
    for (int i = 0; i < ROUTES; i++)
        if (strcmp(s->route[i].unit, unit) == 0)
            return i;
    return -1;
}

// A waiting line is done a little before its time: what comes until then is as it was.
static double edit_beat(const struct vy_session *session, double now)
{
    const struct vy_entry *const e =
        session->entries ? &session->entry[session->entries - 1] : NULL;
    return e && e->fired && e->beat > now && e->beat < now + 1 ? e->beat : now;
}

// The document has changed: forget what has not begun, end what is no longer sent. Lock held.
static void forget(struct vy_notes_sender *s, double now)
{
    const struct vy_session *const session = vy_live_session(s->live);
    const double from = fmax(edit_beat(session, now), s->last_on + EPSILON);
    while (s->nexts > 0 && s->next[s->nexts - 1].on >= from)
        s->nexts--;
    for (uint32_t i = 0; i < s->holds; i++)
        if (hushed(session->doc, s->route[s->held[i].route].unit))
            s->held[i].off = fmin(s->held[i].off, from);
    s->planned = fmin(s->planned, from);
}

// Where the music begins: after a jump the session knows exactly. Lock held.
static double beginning(const struct vy_notes_sender *s)
{
    const double said = vy_live_session(s->live)->doc->beat;
    const double back_s = (s->leapt - said) * 60 / s->clock.bpm;
    return !s->exactly && back_s >= 0 && back_s <= TOO_LATE_S ? said : s->begins;
}

// Lock held.
static void put(struct vy_notes_sender *s, const struct vy_peek *event, int r)
{
    const struct route *const route = &s->route[r];
    const double key = event->note < 0 ? route->hit_note : rint(event->note);
    const double velocity = rint((double)event->velocity * 127);
    if (key < 0 || key > 127 || s->nexts == NOTES) {
        s->lost++;
        return;
    }
    const struct note note = {
        .on = event->beat,
        .off = event->beat + fmax(event->length, SHORTEST_S * s->clock.bpm / 60),
        .route = (uint8_t)r,
        .chan = route->chan,
        .key = (uint8_t)key,
        .velocity = (uint8_t)fmax(1, fmin(127, velocity)),
    };
    uint32_t at = s->nexts++;
    for (; at > 0 && s->next[at - 1].on > note.on; at--)
        s->next[at] = s->next[at - 1];
    s->next[at] = note;
}

static void plan(struct vy_notes_sender *s, double until)
{
    const struct vy_doc *const doc = vy_live_session(s->live)->doc;
    struct vy_arena arena = {0};
    const struct vy_peek *event = NULL;
    const uint32_t n = vy_studio_peek(doc, s->planned, until - s->planned, &arena, &event);
    pthread_mutex_lock(&s->lock);
    for (uint32_t i = 0; i < n && s->leaps == s->plan_of; i++) {
        const int r = find_route(s, event[i].unit);
        // the frame of a window's begin is rounded: an event there was in the window before
        if (r >= 0 && event[i].beat >= s->planned && !hushed(doc, event[i].unit))
            put(s, &event[i], r);
    }
    pthread_mutex_unlock(&s->lock);
    vy_arena_clear(&arena);
    s->planned = until;
}

void vy_notes_service(struct vy_notes_sender *s)
{
    if (!s->threaded)
        return;
    const uint64_t version = vy_live_session(s->live)->version;
    pthread_mutex_lock(&s->lock);
    const double now = vy_clock_beat(&s->clock, vy_now_ns());
    const double second = s->clock.bpm / 60; // in beats
    const bool running = s->clock.running;
    if (running && s->leaps != s->plan_of)
        s->planned = beginning(s);
    else if (running && (s->version != version || s->rerouted))
        forget(s, now);
    if (running) {
        s->plan_of = s->leaps;
        s->version = version;
        s->rerouted = false;
    }
    pthread_mutex_unlock(&s->lock);
    if (!running)
        return;
    s->planned = fmax(s->planned, now - TOO_LATE_S * second);
    if (now + (AHEAD_S - STEP_S) * second > s->planned)
        plan(s, now + AHEAD_S * second);
}

// -- being told: the main thread -----------------------------------------------------------------

static int free_channel(const struct vy_notes_sender *s)
{
    uint32_t taken = 0;
    for (int i = 0; i < ROUTES; i++)
        if (*s->route[i].unit)
            taken |= 1u << s->route[i].chan;
    for (int chan = 0; chan < CHANS; chan++)
        if (!(taken >> chan & 1))
            return chan + 1;
    return 0;
}

// A place for a thing's notes, the one it has or a free one.
static struct route *place(struct vy_notes_sender *s, const char *unit, int *chan,
                           struct vy_err *err)
{
    const struct vy_doc *const doc = vy_live_session(s->live)->doc;
    const int u = vy_doc_unit(doc, unit);
    if (u < 0)
        vy_fail(err, VY_UNKNOWN_NAME, -1, "no thing is called '%.40s'", unit);
    else if (doc->unit[u].kind != VY_UNIT_INSTRUMENT)
        vy_fail(err, VY_BAD_ARG, -1, "%.40s is no instrument: it plays no patterns", unit);
    else if (!vy_midi_has_out(s->midi))
        vy_fail(err, VY_BAD_ARG, -1,
                "a FIFO has no way out for notes; give two: --midi-raw IN,OUT");
    else {
        const int mine = find_route(s, unit), at = mine >= 0 ? mine : find_route(s, "");
        if (at >= 0 && *chan == 0)
            *chan = mine >= 0 ? s->route[mine].chan + 1 : free_channel(s);
        if (at >= 0 && *chan > 0)
            return &s->route[at];
        vy_fail(err, VY_TOO_BIG, -1, "all channels are taken; say which: channel=1..16");
    }
    return NULL;
}

int vy_notes_send(struct vy_notes_sender *s, const char *unit, int chan, int hit_note,
                  struct vy_err *err)
{
    struct route *const route = place(s, unit, &chan, err);
    if (!route)
        return 0;
    pthread_mutex_lock(&s->lock);
    vy_text_copy(route->unit, sizeof route->unit, unit);
    route->chan = (uint8_t)(chan - 1);
    route->hit_note = (uint8_t)hit_note;
    pthread_mutex_unlock(&s->lock);
    s->rerouted = true;
    if (!s->threaded && pthread_create(&s->thread, NULL, run, s)) {
        route->unit[0] = '\0';
        vy_fail(err, VY_NO_MEMORY, -1, "midi: no thread for notes");
        return 0;
    }
    s->threaded = true;
    return chan;
}

vy_status vy_notes_unsend(struct vy_notes_sender *s, const char *unit, struct vy_err *err)
{
    const int at = find_route(s, unit);
    if (at < 0)
        return vy_fail(err, VY_UNKNOWN_NAME, -1, "notes of '%.40s' are not sent", unit);
    pthread_mutex_lock(&s->lock);
    for (uint32_t i = 0; i < s->holds; i++)
        if (s->held[i].route == at)
            s->held[i].off = -INFINITY; // at the next look
    pthread_mutex_unlock(&s->lock);
    s->route[at].unit[0] = '\0';
    s->rerouted = true;
    return VY_OK;
}

void vy_notes_list(struct vy_notes_sender *s, struct vy_buf *text, json_t *result)
{
    json_t *const list = json_array();
    pthread_mutex_lock(&s->lock);
    const uint64_t sent = s->sent, lost = s->lost;
    const double late_us = (double)s->late_ns * 1e-3;
    s->late_ns = 0;
    pthread_mutex_unlock(&s->lock);
    for (int i = 0; i < ROUTES; i++) {
        const struct route *const r = &s->route[i];
        if (!*r->unit)
            continue;
        vy_buf_add(text, "\n  %s is sent on channel %d", r->unit, r->chan + 1);
        json_array_append_new(list, json_pack("{s:s,s:i,s:i}", "name", r->unit, "channel",
                                              r->chan + 1, "note", r->hit_note));
    }
    if (s->threaded)
        vy_buf_add(text, "\n  %llu notes sent, %llu lost", (unsigned long long)sent,
                   (unsigned long long)lost);
    json_object_set_new(result, "sent", list);
    json_object_set_new(result, "notes_sent", json_integer((json_int_t)sent));
    json_object_set_new(result, "notes_lost", json_integer((json_int_t)lost));
    json_object_set_new(result, "notes_late_us", json_real(late_us));
}

// ------------------------------------------------------------------------------------------------

struct vy_notes_sender *vy_notes_sender_new(struct vy_live *live, struct vy_midi *midi, int wake)
{
    struct vy_notes_sender *const s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->live = live;
    s->midi = midi;
    s->wake = wake;
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&s->lock, &attr);
    pthread_mutexattr_destroy(&attr);
    return s;
}

void vy_notes_sender_destroy(struct vy_notes_sender *s)
{
    if (!s)
        return;
    s->quit = true;
    if (s->threaded)
        pthread_join(s->thread, NULL);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
