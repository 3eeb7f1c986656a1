// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The workload of bench/README.md for ChucK. args: outfile : voices
// The cutoff follows the envelope every 64 frames; LPF has two poles, the reverb is NRev.
me.arg(0) => string path;
Std.atoi(me.arg(1)) => int N;
Gain busL => Gain dryL => Gain outL;
Gain busR => Gain dryR => Gain outR;
busL => NRev revL => outL;
busR => NRev revR => outR;
1.0 => revL.mix => revR.mix;
0.3 => revL.gain => revR.gain;
0.7 => dryL.gain => dryR.gain;
outL => dac.left;
outR => dac.right;
dac => WvOut2 rec => blackhole;
path => rec.wavFilename;

fun void follow(LPF f, ADSR e) {
  while (true) { 400 + 3600 * e.value() => f.freq; 64::samp => now; }
}

fun void voice(int i) {
  BlitSaw s => LPF f => ADSR e => Gain gl => busL;
  e => Gain gr => busR;
  55 * Math.pow(2, (i % 64) / 16.0) => s.freq;
  2.0 => f.Q;
  2000 => f.freq;
  0.0 => float p;
  if (N > 1) i $ float / (N - 1) => p;
  0.5 / Math.sqrt(N) => float amp;
  amp * Math.cos(pi/2*(0.05+0.9*p)) => gl.gain;
  amp * Math.sin(pi/2*(0.05+0.9*p)) => gr.gain;
  e.set(10::ms, 100::ms, 0.5, 200::ms);
  (i $ float / N * 0.5)::second => now;
  spork ~ follow(f, e);
  while (true) { e.keyOn(); 250::ms => now; e.keyOff(); 250::ms => now; }
}

for (0 => int i; i < N; i++) spork ~ voice(i);
60::second => now;
rec.closeFile();
