// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the files of the HTTP face share.
#ifndef VY_SERVE_HTTP_INSIDE_H
#define VY_SERVE_HTTP_INSIDE_H

#include "base/text.h"
#include "command/keys.h"
#include "command/table.h"
#include "serve/http.h"
#include "serve/http_target.h"
#include "serve/mhd.h"

#include <netinet/in.h>

#define VY_HTTP_STREAMS_MAX 1000        ///< of those, followers of events and meters
#define VY_HTTP_DISCARD_MAX (64u << 20) ///< of a body without length that is too long; then it ends
#define VY_HTTP_MEMORY 16384            ///< bytes for one request's line and headers
#define VY_HTTP_REQUEST_S 10            ///< the headers of a request must be there within
#define VY_HTTP_BODY_S 30               ///< and its body within
#define VY_HTTP_BUCKETS 1024            ///< clients whose rate is known

struct vy_http_request;

// ---- routes -------------------------------------------------------------------------------------

enum vy_http_type { VY_HTTP_TEXT, VY_HTTP_INTEGER, VY_HTTP_NUMBER };

/// A parameter of a route's query.
struct vy_http_param {
    const char *name; ///< NULL after the last
    enum vy_http_type type;
    double min, max; ///< of numbers; of texts the greatest length
    const char *def; ///< NULL = it is optional and has none
    const char *text;
    bool needed;
};

/// A row of the table.
struct vy_http_route {
    const char *method, *path; ///< "/v1/takes/{id}"; NULL after the last
    enum vy_scope scope;       ///< VY_SCOPE_NONE: open to everybody
    void (*run)(struct vy_http_request *request);
    const char *tag, *summary;
    const char *request, *response; ///< names of schemas (http_schema.c), NULL = no body
    const char *type;               ///< of the response, NULL = application/json
    const struct vy_http_param *param;
    int status; ///< when all is well, 0 = 200
};

extern const struct vy_http_route vy_http_routes[];

/// The route of a request. @return NULL with `err` filled: VY_NOT_FOUND, or VY_BAD_ARG when the
/// path has other methods; `allow` is then "GET, HEAD, POST"
const struct vy_http_route *vy_http_route_find(const char *method,
                                               const struct vy_http_target *target,
                                               struct vy_buf *allow, struct vy_err *err);
/// Are the query's parameters those of the route? @return VY_BAD_ARG, VY_OUT_OF_RANGE
VY_MUST_CHECK vy_status vy_http_params_check(const struct vy_http_route *route,
                                             const struct vy_http_target *target,
                                             struct vy_err *err);

// ---- schemas ------------------------------------------------------------------------------------

/// The schemas of bodies and answers by name (JSON Schema 2020-12). Caller decrefs.
json_t *vy_http_schemas(void);
/// What a verb takes as a JSON object. Caller decrefs.
json_t *vy_http_verb_schema(const struct vy_verb *verb);

/// Does a value obey a schema? Knows what http_schema.c uses. @param schemas  for $ref
/// @return VY_BAD_ARG, VY_OUT_OF_RANGE; the message has the place ("/generation/seed")
VY_MUST_CHECK vy_status vy_http_schema_check(const json_t *schemas, const json_t *schema,
                                             const json_t *value, struct vy_err *err);

/// The OpenAPI document. Caller decrefs.
json_t *vy_http_openapi(const char *where);

// ---- connections --------------------------------------------------------------------------------

/// A connection.
struct vy_http_peer {
    struct vy_http_peer *older, *newer; ///< by the end of its last request
    int fd;
    bool local; ///< loopback at both ends
    bool doomed;
    char address[INET6_ADDRSTRLEN], here[INET6_ADDRSTRLEN]; ///< of the other end, of this one
    uint64_t since_ns; ///< its last request ended, or the present one began
    struct vy_http_request *request;
};

/// A client's rate.
struct vy_http_bucket {
    uint64_t who; ///< hash of address or key, 0 = free
    uint64_t at_ns;
    double tokens, wrong; ///< wrong: keys that may still be wrong
};

struct vy_http_keys {
    struct vy_db *db;
    struct vy_key *key; ///< [count], not revoked
    uint32_t count;
    int64_t mark;
    uint64_t looked_ns;
    char path[4096];
};

struct vy_http_counts {
    uint64_t by_class[6]; ///< answers 1xx..5xx
    uint64_t refused[8];  ///< enum vy_http_refusal
    uint64_t connections, evicted, events, dropped;
};

enum vy_http_refusal {
    VY_REFUSED_HOST,
    VY_REFUSED_ORIGIN,
    VY_REFUSED_KEY,
    VY_REFUSED_SCOPE,
    VY_REFUSED_RATE,
    VY_REFUSED_SIZE,
    VY_REFUSED_PATH,
    VY_REFUSED_FULL,
};
const char *vy_http_refusal_name(enum vy_http_refusal why);

struct vy_http {
    struct vy_live *live;
    struct vy_mhd mhd;
    struct MHD_Daemon *daemon;
    int listener, epoll, wake;
    char where[80];
    const struct vy_settings *settings;
    struct { ///< of the settings http.*, read again while it runs
        bool require_key;
        double rate;        ///< requests a second of one client; 0 = any
        uint64_t max_body;  ///< bytes
        uint32_t clients;   ///< connections; the oldest idle one goes when more come
        uint32_t timeout_s; ///< a connection may say and take nothing for so long
        char names[512];
    } set;
    struct { ///< the session as the plans' routes tell it
        char id[48], name[65], prompt[513];
        double created, updated; ///< Unix seconds
    } plan;
    bool closing;
    uint64_t logged_ns; ///< this second's refusals
    uint32_t logged;
    uint64_t began_ns, swept_ns;
    struct vy_http_peer *oldest, *newest;
    uint32_t peers;
    struct vy_http_bucket *bucket; ///< [VY_HTTP_BUCKETS]
    struct vy_http_keys keys;
    struct vy_http_feed *feed;
    struct vy_http_counts counts;
    json_t *schemas;
    char *openapi; ///< made when first asked for
    struct {       ///< the session's text of a version
        uint64_t version;
        bool there;
        struct vy_buf text; ///< an object without its last brace
    } session;
};

// http.c
/// Read the settings again.
void vy_http_settings(struct vy_http *http);

// http_peers.c
void vy_http_peer_notify(void *http, struct MHD_Connection *connection, void **context,
                         enum MHD_ConnectionNotificationCode what);
/// Take in who waits at the listener.
void vy_http_peers_accept(struct vy_http *http);
/// End those whose time is up.
void vy_http_peers_sweep(struct vy_http *http);
/// A request of the peer has ended: it is the youngest now.
void vy_http_peer_rest(struct vy_http *http, struct vy_http_peer *peer);

// ---- requests -----------------------------------------------------------------------------------

/// Headers that matter; NULL = not there. Borrowed from the connection.
struct vy_http_headers {
    const char *host, *origin, *authorization, *type, *length, *accept, *range, *if_range, *match,
        *last_event, *site, *mode;
    bool twice; ///< one of them stood there twice
};

struct vy_http_request {
    struct vy_http *http;
    struct MHD_Connection *connection;
    struct vy_http_peer *peer;
    struct vy_http_target target;
    const struct vy_http_route *route;
    struct vy_http_headers header;
    char method[12];
    bool begun, whole, streams; ///< whole: it is all there, and answered
    enum vy_scope scope;        ///< what the client may
    char author[VY_NAME_SIZE];  ///< who it is, unless it says so
    uint64_t got;               ///< bytes of the body
    struct vy_buf body;
    json_t *json; ///< the body, checked; or NULL
    int status;   ///< of an answer that was decided before the body was there, 0 = none
    struct vy_err err;
    char allow[80];
    enum MHD_Result result; ///< of the answer
};

// http_request.c: callbacks of the library
void *vy_http_on_target(void *http, const char *uri, struct MHD_Connection *connection);
enum MHD_Result vy_http_on_request(void *http, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *data,
                                   size_t *size, void **context);
void vy_http_on_end(void *http, struct MHD_Connection *connection, void **context,
                    enum MHD_RequestTerminationCode why);

// http_gate.c
/// May this request be answered? @return the status of the refusal with request->err filled, 0 =
/// yes
int vy_http_admit(struct vy_http_request *request);
/// Refuse: count it, log it. @return status
int vy_http_refuse(struct vy_http_request *request, enum vy_http_refusal why, int status);

// http_keys.c
vy_status vy_http_keys_open(struct vy_http *http, const char *path, struct vy_err *err);
void vy_http_keys_close(struct vy_http *http);
/// The key of an Authorization header, NULL when it is none of ours.
const struct vy_key *vy_http_key_find(struct vy_http *http, const char *authorization);
/// Is there a key at all?
bool vy_http_keys_any(struct vy_http *http);

// http_answer.c: each answers the request; the body is copied
void vy_http_send(struct vy_http_request *request, int status, const char *type, const char *body,
                  size_t length);
/// Takes the reference over.
void vy_http_send_json(struct vy_http_request *request, int status, json_t *json);
/// RFC 9457. extra: further members, taken over; may be NULL
void vy_http_problem(struct vy_http_request *request, int status, const struct vy_err *err,
                     json_t *extra);
/// The same with the status that fits err->code.
void vy_http_fail(struct vy_http_request *request, const struct vy_err *err);
int vy_http_status_of(vy_status code);
/// Headers of every answer.
void vy_http_dress(struct vy_http_request *request, struct MHD_Response *response,
                   const char *type);
/// Queue a response and drop the reference.
void vy_http_queue(struct vy_http_request *request, int status, struct MHD_Response *response);

// http_say.c: lines of the language
/// What a line asks of who says it.
enum vy_scope vy_http_line_scope(const char *line, size_t length);
/// May the client say a line? A refusal is logged. @return VY_DENIED
VY_MUST_CHECK vy_status vy_http_may(struct vy_http_request *request, const char *line,
                                    size_t length, struct vy_err *err);
/// Say a line, whoever asks: a route's own, or one that vy_http_may has seen. replies: array of
/// what vy_reply_object gives, with "text"; the caller decrefs. @return the first error
vy_status vy_http_say(struct vy_http_request *request, const char *line, size_t length,
                      json_t **replies, struct vy_err *err);
/// Say a line. @return the result of its first reply, which the caller decrefs; NULL: it failed
json_t *vy_http_ask(struct vy_http_request *request, const char *line, struct vy_err *err);
/// Say a line and answer with the result of its first reply.
void vy_http_answer_line(struct vy_http_request *request, const char *line);
/// Write a text as one word of a line, in quotes where it must be.
void vy_http_word(struct vy_buf *line, const char *text);
/// A verb's line from its arguments as JSON. @return VY_BAD_ARG
VY_MUST_CHECK vy_status vy_http_line(const struct vy_verb *verb, const json_t *args,
                                     struct vy_buf *line, struct vy_err *err);

// http_files.c
/// Answer with an open file, or the part of it that is asked for. `fd` is taken over.
/// @param path  says its type, and its name when it is kept
void vy_http_send_file(struct vy_http_request *request, int fd, const char *path);

// http_jobs.c
/// The number in a path, "/v1/jobs/12" or "/status/12". @return false: after an answer
bool vy_http_number_of(struct vy_http_request *request, const char *what, int64_t *number);

// http_compat.c
void vy_http_plan_open(struct vy_http *http);

// http_session.c
/// Add where the music is to an object that lacks its end: ,"playing":true,"position":{..}}
void vy_http_position(struct vy_http *http, struct vy_buf *buf);

// http_web.c
/// Is this a file of the page?
bool vy_http_web_has(const struct vy_http_target *target);

// http_feed.c: events and meters to many
vy_status vy_http_feed_open(struct vy_http *http, struct vy_err *err);
void vy_http_feed_close(struct vy_http *http);
void vy_http_feed_service(struct vy_http *http);
uint32_t vy_http_feed_streams(const struct vy_http *http);

// the routes
void vy_http_get_page(struct vy_http_request *request);
void vy_http_get_openapi(struct vy_http_request *request);
void vy_http_get_commands(struct vy_http_request *request);
void vy_http_post_commands(struct vy_http_request *request);
void vy_http_post_verb(struct vy_http_request *request);
void vy_http_get_jobs(struct vy_http_request *request);
void vy_http_post_jobs(struct vy_http_request *request);
void vy_http_get_job(struct vy_http_request *request);
void vy_http_cancel_job(struct vy_http_request *request);
void vy_http_retry_job(struct vy_http_request *request);
void vy_http_get_takes(struct vy_http_request *request);
void vy_http_post_takes(struct vy_http_request *request);
void vy_http_get_take(struct vy_http_request *request);
void vy_http_patch_take(struct vy_http_request *request);
void vy_http_delete_take(struct vy_http_request *request);
void vy_http_get_take_audio(struct vy_http_request *request);
void vy_http_get_take_receipt(struct vy_http_request *request);
void vy_http_get_take_peaks(struct vy_http_request *request);
void vy_http_get_take_spectrogram(struct vy_http_request *request);
void vy_http_get_artifact(struct vy_http_request *request);
void vy_http_get_library(struct vy_http_request *request);
void vy_http_get_library_audio(struct vy_http_request *request);
void vy_http_get_settings(struct vy_http_request *request);
void vy_http_post_generate(struct vy_http_request *request);
void vy_http_get_job_status(struct vy_http_request *request);
void vy_http_post_session(struct vy_http_request *request);
void vy_http_get_plan(struct vy_http_request *request);
void vy_http_get_plan_session(struct vy_http_request *request);
void vy_http_post_clip(struct vy_http_request *request);
void vy_http_get_complete(struct vy_http_request *request);
void vy_http_get_session(struct vy_http_request *request);
void vy_http_get_session_file(struct vy_http_request *request);
void vy_http_get_status(struct vy_http_request *request);
void vy_http_get_models(struct vy_http_request *request);
void vy_http_get_events(struct vy_http_request *request);
void vy_http_get_meters(struct vy_http_request *request);
void vy_http_get_health(struct vy_http_request *request);
void vy_http_get_ready(struct vy_http_request *request);
void vy_http_get_metrics(struct vy_http_request *request);

#endif
