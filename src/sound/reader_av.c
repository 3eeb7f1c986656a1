// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Everything that FFmpeg reads and libsndfile does not: m4a, webm, wma, ape, the sound of films.
// It is a part of its own (base/part.h). The only protocol is that of local files, so that a play
// list inside cannot reach the network.
#include "base/part.h"
#include "sound/reader_kinds.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST_ERRORS 64 ///< packets in a row that cannot be decoded

struct state {
    AVFormatContext *file;
    AVCodecContext *codec;
    SwrContext *convert; ///< to planar float, rate and channels as they are
    AVPacket *packet;
    AVFrame *frame;
    int stream, errors;
    bool flushed;
};

static void clear(struct state *s)
{
    swr_free(&s->convert);
    av_frame_free(&s->frame);
    av_packet_free(&s->packet);
    avcodec_free_context(&s->codec);
    avformat_close_input(&s->file);
    free(s);
}

static vy_status open_codec(struct state *s)
{
    const AVCodec *codec = NULL;
    s->stream = av_find_best_stream(s->file, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0);
    if (s->stream < 0 || !codec)
        return VY_ABSENT;
    s->codec = avcodec_alloc_context3(codec);
    s->packet = av_packet_alloc();
    s->frame = av_frame_alloc();
    if (!s->codec || !s->packet || !s->frame)
        return VY_NO_MEMORY;
    const AVStream *const stream = s->file->streams[s->stream];
    if (avcodec_parameters_to_context(s->codec, stream->codecpar) < 0)
        return VY_ABSENT;
    s->codec->thread_count = 1;
    s->codec->pkt_timebase = stream->time_base;
    return avcodec_open2(s->codec, codec, NULL) < 0 ? VY_ABSENT : VY_OK;
}

static vy_status open_convert(struct state *s)
{
    AVChannelLayout layout = s->codec->ch_layout;
    if (layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&layout, s->codec->ch_layout.nb_channels);
    if (swr_alloc_set_opts2(&s->convert, &layout, AV_SAMPLE_FMT_FLTP, s->codec->sample_rate,
                            &layout, s->codec->sample_fmt, s->codec->sample_rate, 0, NULL) < 0)
        return VY_ABSENT;
    return swr_init(s->convert) < 0 ? VY_ABSENT : VY_OK;
}

static void describe(struct vy_reader *reader, const struct state *s)
{
    const AVStream *const stream = s->file->streams[s->stream];
    struct vy_reader_info *const info = &reader->info;
    info->chans =
        (uint32_t)(s->codec->ch_layout.nb_channels > 0 ? s->codec->ch_layout.nb_channels : 0);
    info->sr_hz = (uint32_t)(s->codec->sample_rate > 0 ? s->codec->sample_rate : 0);
    if (stream->duration > 0)
        info->frames = (uint64_t)av_rescale_q(stream->duration, stream->time_base,
                                              (AVRational){1, s->codec->sample_rate});
    else if (s->file->duration > 0)
        info->frames = (uint64_t)av_rescale(s->file->duration, s->codec->sample_rate, AV_TIME_BASE);
    snprintf(info->format, sizeof info->format, "%.22s, %.22s", s->file->iformat->name,
             s->codec->codec->name);
}

static vy_status open_file(struct vy_reader *reader, const char *path, struct vy_err *err)
{
    av_log_set_level(AV_LOG_QUIET); // what it has to say comes back as a status
    struct state *const s = calloc(1, sizeof *s);
    char url[4200];
    snprintf(url, sizeof url, "file:%s", path);
    AVDictionary *options = NULL;
    av_dict_set(&options, "protocol_whitelist", "file", 0);
    vy_status status = VY_ABSENT;
    if (s && avformat_open_input(&s->file, url, NULL, &options) == 0 &&
        avformat_find_stream_info(s->file, NULL) >= 0)
        status = open_codec(s);
    av_dict_free(&options);
    if (!status && s->codec->sample_rate > 0 && s->codec->ch_layout.nb_channels > 0 &&
        s->codec->ch_layout.nb_channels <= VY_READER_CHANS)
        status = open_convert(s);
    if (!status) {
        describe(reader, s);
        reader->state = s;
        return VY_OK;
    }
    if (s)
        clear(s);
    return status == VY_NO_MEMORY || !s ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory") : status;
}

// Sends packets until the decoder has a frame. @return 1 a frame, 0 the end, -1 too much damage
static int next_frame(struct vy_reader *reader, struct state *s)
{
    for (;;) {
        const int got = avcodec_receive_frame(s->codec, s->frame);
        if (got == 0) {
            s->errors = 0;
            return 1;
        }
        if (got == AVERROR_EOF || (got == AVERROR(EAGAIN) && s->flushed))
            return 0;
        if (got != AVERROR(EAGAIN) && ++s->errors > MOST_ERRORS)
            return -1;
        const int read = av_read_frame(s->file, s->packet);
        if (read < 0) {
            s->flushed = true;
            avcodec_send_packet(s->codec, NULL);
            continue;
        }
        if (s->packet->stream_index == s->stream && (avcodec_send_packet(s->codec, s->packet) < 0 ||
                                                     (s->packet->flags & AV_PKT_FLAG_CORRUPT))) {
            s->errors++;
            snprintf(reader->problem, sizeof reader->problem,
                     "a part near %.1f s is damaged and was left out",
                     (double)reader->read / reader->info.sr_hz);
        }
        av_packet_unref(s->packet);
        if (s->errors > MOST_ERRORS)
            return -1;
    }
}

static vy_status next_block(struct vy_reader *reader, size_t *frames, struct vy_err *err)
{
    struct state *const s = reader->state;
    uint8_t *planes[VY_READER_CHANS] = {NULL};
    for (uint32_t c = 0; c < reader->info.chans; c++)
        planes[c] = (uint8_t *)reader->block[c];
    int got = swr_convert(s->convert, planes, VY_READER_BLOCK, NULL, 0); // left from the last frame
    while (got <= 0) {
        const int more = next_frame(reader, s);
        if (more < 0)
            return vy_fail(err, VY_BAD_FILE, -1, "it cannot be decoded after %.1f s",
                           (double)reader->read / reader->info.sr_hz);
        if (more == 0)
            return VY_OK;
        const bool same = s->frame->ch_layout.nb_channels == (int)reader->info.chans &&
                          s->frame->sample_rate == (int)reader->info.sr_hz;
        if (!same)
            return vy_fail(err, VY_BAD_FILE, -1, "its rate or channels change after %.1f s",
                           (double)reader->read / reader->info.sr_hz);
        got =
            swr_convert(s->convert, planes, VY_READER_BLOCK,
                        (const uint8_t **)(uintptr_t)s->frame->extended_data, s->frame->nb_samples);
        av_frame_unref(s->frame);
        if (got < 0)
            return vy_fail(err, VY_BAD_FILE, -1, "it cannot be converted after %.1f s",
                           (double)reader->read / reader->info.sr_hz);
    }
    *frames = (size_t)got;
    return VY_OK;
}

static void close_file(struct vy_reader *reader)
{
    clear(reader->state);
}

VY_PART_EXPORT const struct vy_reader_kind vy_reader_av = {open_file, next_block, close_file};
