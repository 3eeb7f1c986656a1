// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Events and meters to many at once (server-sent events). What is told is written once and kept in
// a ring; a stream is a place in it. So a follower who reads slowly costs no memory, and one who
// falls behind by the whole ring is let go: with the id it saw last it can begin again.
#include "serve/http_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RING 1024             ///< events kept
#define RING_BYTES (4u << 20) ///< and no more than this
#define BEAT_NS 15000000000ull
#define BLOCK 2048

/// Something told, shared by the streams that are sending it.
struct piece {
    size_t length;
    unsigned refs;
    char kind[24];
    char text[];
};

struct stream {
    struct vy_http *http;
    struct MHD_Connection *connection;
    struct stream *before, *after;
    struct piece *piece; ///< being sent, or NULL
    size_t sent;
    uint64_t next; ///< event to be sent next
    char kinds[200];
    bool meters, suspended;
    uint64_t every_ns, due_ns; ///< meters
    uint64_t seen_ns;          ///< of the meters sent last
    uint64_t beat_ns;          ///< say something at the latest then
};

struct vy_http_feed {
    struct piece *ring[RING]; ///< event i is at i % RING
    uint64_t first, next;     ///< kept are first..next-1
    size_t bytes;
    char run[20]; ///< ids of another studio mean nothing here
    struct stream *streams;
    uint32_t count;
    struct piece *meters;
    uint64_t meters_ns;
    bool told; ///< since the streams were woken
};

// ---- pieces -------------------------------------------------------------------------------------

static struct piece *piece_new(const char *kind, const char *head, const char *body)
{
    const size_t n = strlen(head), m = strlen(body);
    struct piece *const piece = malloc(sizeof *piece + n + m + 3);
    if (!piece)
        return NULL;
    piece->refs = 1;
    piece->length = n + m + 2;
    vy_text_copy(piece->kind, sizeof piece->kind, kind);
    memcpy(piece->text, head, n);     // NOLINT(bugprone-not-null-terminated-result)
    memcpy(piece->text + n, body, m); // NOLINT(bugprone-not-null-terminated-result)
    memcpy(piece->text + n + m, "\n\n", 3);
    return piece;
}

static void piece_drop(struct piece *piece)
{
    if (piece && --piece->refs == 0)
        free(piece);
}

static void forget_first(struct vy_http_feed *feed)
{
    struct piece **const piece = &feed->ring[feed->first++ % RING];
    feed->bytes -= (*piece)->length;
    piece_drop(*piece);
    *piece = NULL;
}

void vy_http_event(struct vy_http *http, const json_t *event)
{
    struct vy_http_feed *const feed = http->feed;
    const char *const kind = json_string_value(json_object_get(event, "event"));
    char *const text = json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(9));
    char head[64];
    snprintf(head, sizeof head, "id: %s-%" PRIu64 "\ndata: ", feed->run, feed->next);
    struct piece *const piece = text ? piece_new(kind ? kind : "", head, text) : NULL;
    free(text);
    if (!piece)
        return;
    while (feed->first < feed->next &&
           (feed->next - feed->first >= RING || feed->bytes + piece->length > RING_BYTES))
        forget_first(feed);
    feed->ring[feed->next++ % RING] = piece;
    feed->bytes += piece->length;
    feed->told = true;
    http->counts.events++;
}

static void make_meters(struct vy_http *http)
{
    struct vy_http_feed *const feed = http->feed;
    json_t *const json = vy_live_meters(http->live, VY_READER_HTTP);
    char *const dump = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(json);
    struct vy_buf text = {0};
    if (dump)
        vy_buf_put(&text, dump, strlen(dump) - 1);
    free(dump);
    vy_http_position(http, &text);
    piece_drop(feed->meters);
    feed->meters = text.failed ? NULL : piece_new("meters", "data: ", text.text);
    feed->meters_ns = feed->meters ? vy_now_ns() : 0;
    vy_buf_clear(&text);
}

// ---- streams ------------------------------------------------------------------------------------

static bool wants(const struct stream *stream, const struct piece *piece)
{
    const char *at = stream->kinds;
    while (*at) {
        const size_t n = strcspn(at, ",");
        if (strlen(piece->kind) == n && memcmp(piece->kind, at, n) == 0)
            return true;
        at += n + (at[n] == ',');
    }
    return !stream->kinds[0];
}

// What is to be sent next; NULL = nothing yet. *over: the stream ends here
static struct piece *next_piece(struct stream *stream, bool *over)
{
    struct vy_http_feed *const feed = stream->http->feed;
    const uint64_t now = vy_now_ns();
    *over = stream->http->closing || (!stream->meters && stream->next < feed->first);
    if (*over)
        return NULL;
    if (stream->meters && now >= stream->due_ns && feed->meters_ns > stream->seen_ns) {
        stream->seen_ns = feed->meters_ns;
        stream->due_ns = now + stream->every_ns;
        stream->beat_ns = now + BEAT_NS;
        feed->meters->refs++;
        return feed->meters;
    }
    while (!stream->meters && stream->next < feed->next) {
        struct piece *const piece = feed->ring[stream->next++ % RING];
        if (!wants(stream, piece))
            continue;
        stream->beat_ns = now + BEAT_NS;
        piece->refs++;
        return piece;
    }
    if (now < stream->beat_ns)
        return NULL;
    stream->beat_ns = now + BEAT_NS;
    return piece_new("", ": still here", "");
}

static ssize_t read_stream(void *arg, uint64_t at, char *to, size_t most)
{
    (void)at;
    struct stream *const stream = arg;
    size_t n = 0;
    bool over = false;
    while (n < most) {
        if (!stream->piece)
            stream->piece = next_piece(stream, &over);
        if (!stream->piece)
            break;
        const size_t left = stream->piece->length - stream->sent;
        const size_t now = left < most - n ? left : most - n;
        memcpy(to + n, stream->piece->text + stream->sent, now);
        n += now;
        stream->sent += now;
        if (stream->sent == stream->piece->length) {
            piece_drop(stream->piece);
            stream->piece = NULL;
            stream->sent = 0;
        }
    }
    if (n == 0 && over) {
        stream->http->counts.dropped += !stream->http->closing;
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    if (n == 0) {
        stream->suspended = true;
        stream->http->mhd.suspend_connection(stream->connection);
    }
    return (ssize_t)n;
}

static void free_stream(void *arg)
{
    struct stream *const stream = arg;
    struct vy_http_feed *const feed = stream->http->feed;
    *(stream->before ? &stream->before->after : &feed->streams) = stream->after;
    if (stream->after)
        stream->after->before = stream->before;
    feed->count--;
    piece_drop(stream->piece);
    free(stream);
}

static struct stream *stream_new(struct vy_http_request *request)
{
    struct vy_http_feed *const feed = request->http->feed;
    struct stream *const stream =
        feed->count < VY_HTTP_STREAMS_MAX && feed->count < request->http->set.clients / 6 * 5
            ? calloc(1, sizeof *stream)
            : NULL;
    if (!stream) {
        vy_http_problem(request, 503,
                        &(struct vy_err){.code = VY_BUSY,
                                         .at = -1,
                                         .message = "there are as many followers as may be"},
                        NULL);
        return NULL;
    }
    stream->http = request->http;
    stream->connection = request->connection;
    stream->next = feed->next;
    stream->beat_ns = vy_now_ns() + BEAT_NS;
    stream->after = feed->streams;
    if (feed->streams)
        feed->streams->before = stream;
    feed->streams = stream;
    feed->count++;
    return stream;
}

static void answer(struct vy_http_request *request, struct stream *stream)
{
    const struct vy_mhd *const mhd = &request->http->mhd;
    struct MHD_Response *const response = mhd->create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK, read_stream, stream, free_stream);
    if (!response) {
        free_stream(stream);
        return;
    }
    request->streams = true;
    vy_http_dress(request, response, "text/event-stream");
    mhd->add_response_header(response, "Cache-Control", "no-store");
    mhd->add_response_header(response, "X-Accel-Buffering", "no");
    vy_http_queue(request, 200, response);
}

// Where a follower was: the number of "RUN-17"; false when that is of another studio or gone.
static bool find_place(const struct vy_http_feed *feed, const char *id, uint64_t *next)
{
    const size_t n = strlen(feed->run);
    char *end;
    if (strncmp(id, feed->run, n) != 0 || id[n] != '-')
        return false;
    *next = strtoull(id + n + 1, &end, 10) + 1;
    return !*end && *next >= feed->first && *next <= feed->next;
}

void vy_http_get_events(struct vy_http_request *request)
{
    struct vy_http_feed *const feed = request->http->feed;
    const char *const since = request->header.last_event
                                  ? request->header.last_event
                                  : vy_http_target_get(&request->target, "since");
    const char *const kinds = vy_http_target_get(&request->target, "kinds");
    struct stream *const stream = stream_new(request);
    if (!stream)
        return;
    vy_text_copy(stream->kinds, sizeof stream->kinds, kinds ? kinds : "");
    const bool lost = since && *since && !find_place(feed, since, &stream->next);
    char head[80], body[160];
    snprintf(head, sizeof head, "retry: 1000\nid: %s-%" PRIu64 "\ndata: ", feed->run,
             stream->next - 1);
    snprintf(body, sizeof body, "{\"event\":\"%s\",\"version\":%" PRIu64 "}",
             lost ? "lost" : "hello", vy_live_session(request->http->live)->version);
    stream->piece = piece_new("hello", head, body);
    answer(request, stream);
}

void vy_http_get_meters(struct vy_http_request *request)
{
    const char *const rate = vy_http_target_get(&request->target, "rate");
    if (!vy_http_type_is(request->header.accept, "text/event-stream", false)) {
        make_meters(request->http);
        const struct piece *const piece = request->http->feed->meters;
        if (piece) // without "data: " and the empty line
            vy_http_send(request, 200, "application/json", piece->text + 6, piece->length - 8);
        return;
    }
    struct stream *const stream = stream_new(request);
    if (!stream)
        return;
    stream->meters = true;
    stream->seen_ns = vy_now_ns();
    stream->every_ns = (uint64_t)(1e9 / (rate ? strtod(rate, NULL) : 20));
    stream->piece = piece_new("hello", "retry: 1000\n: meters", "");
    answer(request, stream);
}

// ---- the whole ----------------------------------------------------------------------------------

static void wake(struct stream *stream)
{
    stream->suspended = false;
    stream->http->mhd.resume_connection(stream->connection);
}

void vy_http_feed_service(struct vy_http *http)
{
    struct vy_http_feed *const feed = http->feed;
    const uint64_t now = vy_now_ns();
    bool due = false;
    for (const struct stream *s = feed->streams; s; s = s->after)
        due |= s->meters && s->suspended && now >= s->due_ns;
    if (due)
        make_meters(http);
    for (struct stream *s = feed->streams; s; s = s->after) {
        const bool news = s->meters ? now >= s->due_ns : feed->told;
        if (s->suspended && (news || now >= s->beat_ns || http->closing))
            wake(s);
    }
    feed->told = false;
}

uint32_t vy_http_feed_streams(const struct vy_http *http)
{
    return http->feed->count;
}

vy_status vy_http_feed_open(struct vy_http *http, struct vy_err *err)
{
    http->feed = calloc(1, sizeof *http->feed);
    if (!http->feed)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    http->feed->first = http->feed->next = 1;
    snprintf(http->feed->run, sizeof http->feed->run, "%" PRIx64, vy_now_ns() / 1000000);
    return VY_OK;
}

void vy_http_feed_close(struct vy_http *http)
{
    struct vy_http_feed *const feed = http->feed;
    while (feed && feed->first < feed->next)
        forget_first(feed);
    if (feed)
        piece_drop(feed->meters);
    free(feed);
    http->feed = NULL;
}
