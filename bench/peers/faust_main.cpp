// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Architecture file for Faust: 60 s in blocks of 64 frames to a float WAV.
#include <algorithm>
#include <cstring>
#include <sndfile.h>
#define FAUSTFLOAT float
using std::max;
using std::min;
struct Meta {
    void declare(const char *, const char *) {}
};
struct UI {
    template <class... A> void openVerticalBox(A...) {}
    template <class... A> void openHorizontalBox(A...) {}
    void closeBox() {}
};
struct dsp {
    virtual ~dsp() {}
};
<<includeIntrinsic>>
<<includeclass>>
int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    SF_INFO info;
    memset(&info, 0, sizeof info);
    info.samplerate = 48000;
    info.channels = 2;
    info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
    SNDFILE *file = sf_open(argv[1], SFM_WRITE, &info);
    if (!file)
        return 1;
    mydsp *engine = new mydsp();
    engine->init(48000);
    float left[64], right[64], both[128], *out[2] = {left, right};
    for (long done = 0; done < 60L * 48000; done += 64) {
        engine->compute(64, nullptr, out);
        for (int n = 0; n < 64; n++) {
            both[2 * n] = left[n];
            both[2 * n + 1] = right[n];
        }
        sf_writef_float(file, both, 64);
    }
    return sf_close(file);
}
