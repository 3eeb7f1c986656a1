// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The synthesis workload of bench/README.md hard-wired in plain C, as a yardstick: what this
// machine gives to code that knows the whole patch. Not an engine. Voices are laid out so that GCC
// vectorises across them: W lanes, U groups in flight to hide the serial latency of the filter.
// Saw: two-point polynomial BLEP (Valimaki and Huovilainen 2007). Filter: four trapezoidal
// one-poles with linear feedback, solved without delay (Zavalishin, "The Art of VA Filter Design",
// ladder chapter). Reverb: eight damped combs and four allpasses a side.
//
// usage: yardstick OUT.wav VOICES SECONDS
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

enum { W = 16, U = 4, MAX_VOICES = 4096, BLOCK = 64, CONTROL = 16 };
#define RATE 48000

typedef float vf __attribute__((vector_size(4 * W)));
typedef int vi __attribute__((vector_size(4 * W)));

static struct {
    vf phase, step, inverse_step, s1, s2, s3, s4, gate, left, right;
} voices[MAX_VOICES / W];
static vf sum_left[BLOCK], sum_right[BLOCK];

static inline vf pick(vi mask, vf a, vf b)
{
    return (vf)((mask & (vi)a) | (~mask & (vi)b));
}

static inline vf unit(vf x)
{
    const vf zero = {0}, one = zero + 1.0f;
    x = pick(x < zero, zero, x);
    return pick(x > one, one, x);
}

// Envelope over the gate's cycle of 0.5 s: 10 ms up, 100 ms to half, 200 ms down from 250 ms.
static inline vf envelope(vf t)
{
    const vf up = unit(t * 100.0f), fall = unit((t - 0.01f) * 10.0f),
             drop = unit((t - 0.25f) * 5.0f);
    return up * (1.0f - 0.5f * fall) * (1.0f - drop);
}

static inline vf saw(vf phase, vf inverse_step)
{
    const vf zero = {0}, one = zero + 1.0f;
    const vf after = phase * inverse_step, before = (phase - 1.0f) * inverse_step;
    vf x = 2.0f * phase - 1.0f;
    x -= pick(after < one, after + after - after * after - 1.0f, zero);
    x -= pick(before > -one, before * before + before + before + 1.0f, zero);
    return x;
}

static inline vf pole(vf in, vf *s, vf g)
{
    const vf v = (in - *s) * g, y = v + *s;
    *s = y + v;
    return y;
}

// U groups through one block.
static inline __attribute__((always_inline)) void run(int first, int frames)
{
    const vf zero = {0}, one = zero + 1.0f;
    const float feedback = 2.0f;
    vf p[U], s1[U], s2[U], s3[U], s4[U], t[U], g[U], solve[U], e[U], de[U];
    for (int k = 0; k < U; k++) {
        p[k] = voices[first + k].phase, t[k] = voices[first + k].gate;
        s1[k] = voices[first + k].s1, s2[k] = voices[first + k].s2;
        s3[k] = voices[first + k].s3, s4[k] = voices[first + k].s4;
    }
    for (int from = 0; from < frames; from += CONTROL) {
        const int to = from + CONTROL < frames ? from + CONTROL : frames;
        for (int k = 0; k < U; k++) {
            e[k] = envelope(t[k]);
            t[k] += (float)(to - from) / RATE;
            t[k] -= pick(t[k] >= zero + 0.5f, zero + 0.5f, zero);
            de[k] = (envelope(t[k]) - e[k]) * (1.0f / (float)(to - from));
            const vf w = (400.0f + 3600.0f * e[k]) * (3.14159265f / RATE), w2 = w * w;
            const vf tan_w = w * (15.0f - w2) / (15.0f - 6.0f * w2); // Pade
            g[k] = tan_w / (1.0f + tan_w);
            solve[k] = 1.0f / (1.0f + feedback * g[k] * g[k] * g[k] * g[k]);
        }
        for (int n = from; n < to; n++) {
            vf l = sum_left[n], r = sum_right[n];
            for (int k = 0; k < U; k++) {
                const vf x = saw(p[k], voices[first + k].inverse_step);
                const vf state =
                    (one - g[k]) * (((s1[k] * g[k] + s2[k]) * g[k] + s3[k]) * g[k] + s4[k]);
                vf y = (x - feedback * state) * solve[k];
                y = pole(pole(pole(pole(y, &s1[k], g[k]), &s2[k], g[k]), &s3[k], g[k]), &s4[k],
                         g[k]);
                y *= e[k];
                e[k] += de[k];
                l += y * voices[first + k].left;
                r += y * voices[first + k].right;
                p[k] += voices[first + k].step;
                p[k] -= pick(p[k] >= one, one, zero);
            }
            sum_left[n] = l, sum_right[n] = r;
        }
    }
    for (int k = 0; k < U; k++) {
        voices[first + k].phase = p[k], voices[first + k].gate = t[k];
        voices[first + k].s1 = s1[k], voices[first + k].s2 = s2[k];
        voices[first + k].s3 = s3[k], voices[first + k].s4 = s4[k];
    }
}

struct line {
    float *data, memory;
    int length, at;
};
static struct line combs[2][8], allpasses[2][4];

static float reverb(int side, float x)
{
    float sum = 0;
    for (int k = 0; k < 8; k++) {
        struct line *const c = &combs[side][k];
        const float y = c->data[c->at];
        c->memory = y * 0.8f + c->memory * 0.2f;
        c->data[c->at] = x * 0.015f + c->memory * 0.84f;
        c->at = c->at + 1 == c->length ? 0 : c->at + 1;
        sum += y;
    }
    for (int k = 0; k < 4; k++) {
        struct line *const a = &allpasses[side][k];
        const float y = a->data[a->at], w = sum + y * 0.5f;
        a->data[a->at] = w;
        a->at = a->at + 1 == a->length ? 0 : a->at + 1;
        sum = y - sum;
    }
    return sum;
}

static void prepare(int count, int padded)
{
    static const int comb_frames[] = {1215, 1293, 1390, 1476, 1548, 1623, 1695, 1760};
    static const int allpass_frames[] = {605, 480, 371, 245};
    for (int i = 0; i < padded; i++) {
        const float hz = 55 * powf(2, (float)(i % 64) / 16.0f);
        const float pan = 0.05f + (count > 1 ? 0.9f * (float)i / (float)(count - 1) : 0.45f);
        const float gain = i < count ? 0.5f / sqrtf((float)count) : 0;
        voices[i / W].step[i % W] = hz / RATE;
        voices[i / W].inverse_step[i % W] = RATE / hz;
        voices[i / W].left[i % W] = gain * cosf(1.5707963f * pan);
        voices[i / W].right[i % W] = gain * sinf(1.5707963f * pan);
        voices[i / W].gate[i % W] = 0.5f * (float)(i % count) / (float)count;
    }
    for (int side = 0; side < 2; side++) {
        for (int k = 0; k < 8; k++) {
            const int length = comb_frames[k] + 23 * side;
            combs[side][k] = (struct line){calloc((size_t)length, sizeof(float)), 0, length, 0};
        }
        for (int k = 0; k < 4; k++) {
            const int length = allpass_frames[k] + 23 * side;
            allpasses[side][k] = (struct line){calloc((size_t)length, sizeof(float)), 0, length, 0};
        }
    }
}

static void block(int padded, int frames, float *out)
{
    memset(sum_left, 0, sizeof sum_left);
    memset(sum_right, 0, sizeof sum_right);
    for (int first = 0; first < padded / W; first += U)
        run(first, frames);
    for (int n = 0; n < frames; n++) {
        float l = 0, r = 0;
        for (int k = 0; k < W; k++)
            l += sum_left[n][k], r += sum_right[n][k];
        out[2 * n] = 0.7f * l + 0.3f * reverb(0, l + r);
        out[2 * n + 1] = 0.7f * r + 0.3f * reverb(1, l + r);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    const int count = (int)strtol(argv[2], NULL, 10),
              padded = (count + W * U - 1) / (W * U) * W * U;
    const long total = strtol(argv[3], NULL, 10) * RATE;
    if (count < 0 || padded > MAX_VOICES)
        return 2;
#ifdef __SSE__
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040u); // denormals are zero
#endif
    prepare(count, padded);
    SF_INFO info = {.samplerate = RATE, .channels = 2, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    SNDFILE *const file = sf_open(argv[1], SFM_WRITE, &info);
    if (!file)
        return 1;
    for (long done = 0; done < total; done += BLOCK) {
        const int frames = total - done < BLOCK ? (int)(total - done) : BLOCK;
        float out[2 * BLOCK];
        block(padded, frames, out);
        sf_writef_float(file, out, frames);
    }
    return sf_close(file) ? 1 : 0;
}
