# SPDX-FileCopyrightText: 2026 The Veery authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Writes the patch of bench/README.md for Pure Data: dir/pvoice.pd (one voice, cloned) and
# dir/main.pd. Voice i picks its saw table by octave, so that no partial passes 20 kHz.

function object(text, kind) {
    body = body "#X " (kind ? kind : "obj") " 10 10 " text ";\n"
    return objects++
}

function wire(from, outlet, to, inlet) {
    cables = cables "#X connect " from " " outlet " " to " " inlet ";\n"
}

function finish(path) {
    printf "#N canvas 0 0 600 600 10;\n%s%s", body, cables >path
    close(path)
    body = cables = ""
    objects = 0
}

function voice(    many, bang, id, each, octave, table, hz, left, right, gate, env, cut, vcf, amp, l, r) {
    many = n > 1 ? n - 1 : 1
    bang = object("loadbang")
    id = object("f \\$1"); wire(bang, 0, id, 0)
    each = object("t f f f f"); wire(id, 0, each, 0)
    octave = object("mod 64"); wire(each, 3, octave, 0)
    hz = object("div 16"); wire(octave, 0, hz, 0)
    octave = object("set saw\\$1", "msg"); wire(hz, 0, octave, 0)
    table = object("tabosc4~ saw0"); wire(octave, 0, table, 0)
    octave = object("mod 64"); wire(each, 2, octave, 0)
    hz = object("expr 55 * pow(2\\, \\$f1/16)"); wire(octave, 0, hz, 0)
    wire(hz, 0, table, 0)
    left = object("expr cos(3.14159265/2*(0.05+0.9*\\$f1/" many "))"); wire(each, 1, left, 0)
    right = object("expr sin(3.14159265/2*(0.05+0.9*\\$f1/" many "))"); wire(each, 1, right, 0)
    gate = object("expr 500*\\$f1/" (n ? n : 1)); wire(each, 0, gate, 0)
    id = object("delay"); wire(gate, 0, id, 0)
    gate = object("metro 500"); wire(id, 0, gate, 0)
    id = object("1 10 \\, 0.5 100 10 \\, 0 200 250", "msg"); wire(gate, 0, id, 0)
    env = object("vline~"); wire(id, 0, env, 0)
    id = object("*~ 3600"); wire(env, 0, id, 0)
    cut = object("+~ 400"); wire(id, 0, cut, 0)
    vcf = object("vcf~ 2"); wire(table, 0, vcf, 0); wire(cut, 0, vcf, 1)
    amp = object("*~"); wire(vcf, 1, amp, 0); wire(env, 0, amp, 1)
    id = object(sprintf("*~ %g", 0.5 / sqrt(n ? n : 1))); wire(amp, 0, id, 0)
    l = object("*~"); wire(id, 0, l, 0); wire(left, 0, l, 1)
    r = object("*~"); wire(id, 0, r, 0); wire(right, 0, r, 1)
    left = object("throw~ busL"); wire(l, 0, left, 0)
    right = object("throw~ busR"); wire(r, 0, right, 0)
    finish(dir "/pvoice.pd")
}

function main_patch(    bang, each, i, k, top, amps, m, l, r, verb, file, words, w, stop, later) {
    for (i = 0; i < 4; i++)
        object("table saw" i " 4099")
    bang = object("loadbang")
    each = object("t b b b b"); wire(bang, 0, each, 0)
    for (i = 0; i < 4; i++) {
        top = 55 * 2 ^ (i + 1)
        amps = ""
        for (k = 1; k <= 20000 / top; k++)
            amps = amps sprintf(" %.6g", 2 / 3.14159265 * (k % 2 ? 1 : -1) / k)
        m = object("\\; saw" i " sinesum 4096" amps, "msg"); wire(each, 3, m, 0)
    }
    if (n > 0)
        object("clone -s 0 pvoice " n)
    l = object("catch~ busL")
    r = object("catch~ busR")
    file = object("writesf~ 2")
    verb = object("freeverb~"); wire(l, 0, verb, 0); wire(r, 0, verb, 1)
    k = split("roomsize 0.84;damping 0.2;wet 0.3;dry 0.7", words, ";")
    for (i = 1; i <= k; i++) {
        m = object(words[i], "msg"); wire(each, 2, m, 0); wire(m, 0, verb, 0)
    }
    wire(verb, 0, file, 0)
    wire(verb, 1, file, 1)
    w = object("r outfile")
    m = object("open -wave -bytes 4 \\$1 \\, start", "msg"); wire(w, 0, m, 0); wire(m, 0, file, 0)
    m = object("\\; pd dsp 1", "msg"); wire(each, 1, m, 0)
    stop = object("r stopms")
    later = object("delay 60000"); wire(stop, 0, later, 0)
    each = object("t b b"); wire(later, 0, each, 0)
    m = object("stop", "msg"); wire(each, 1, m, 0); wire(m, 0, file, 0)
    m = object("\\; pd quit", "msg"); wire(each, 0, m, 0)
    finish(dir "/main.pd")
}

BEGIN {
    voice()
    main_patch()
}
