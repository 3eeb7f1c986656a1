// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Five colour maps for loudness. Each gets lighter (or darker) all the way, so it also reads without
// seeing hue; between its stops the way is straight in OKLab, which looks even.

type Triple = [number, number, number];

const stops: Record<string, string[]> = {
  ember: ['#08070b', '#2e1230', '#7a1f3d', '#c24a2c', '#eb9a3c', '#fdf0c0'],
  lagoon: ['#06090f', '#0d2a4a', '#125a78', '#1f9488', '#7fcf8f', '#f2f7c8'],
  violet: ['#08060f', '#271a57', '#63309a', '#ae4fae', '#e98cab', '#fdeee6'],
  grey: ['#000000', '#ffffff'],
  paper: ['#fdfbf7', '#d9cfc0', '#b58f68', '#7d5138', '#3c2420', '#0d0808'],
};

export const maps: readonly string[] = Object.keys(stops);

function to_linear(c: number): number { return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }
function to_srgb(c: number): number {
  const x = Math.min(1, Math.max(0, c));
  return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
}

// OKLab after Ottosson, "A perceptual color space for image processing" (2020)
function oklab(hex: string): Triple {
  const [r, g, b] = [1, 3, 5].map((i) => to_linear(parseInt(hex.slice(i, i + 2), 16) / 255)) as Triple;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s];
}

function rgb([L, a, b]: Triple): Triple {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [to_srgb(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    to_srgb(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    to_srgb(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)];
}

/** 256 colours of a map as RGBA words in the machine's byte order (little-endian here as in every browser). */
export function palette(name: string): Uint32Array {
  const lab = (stops[name] ?? stops.ember!).map(oklab), out = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const x = i / 255 * (lab.length - 1), k = Math.min(lab.length - 2, Math.floor(x)), f = x - k;
    const mixed = lab[k]!.map((v, n) => v + (lab[k + 1]![n]! - v) * f) as Triple;
    const [r, g, b] = rgb(mixed);
    out[i] = (255 << 24 | b << 16 | g << 8 | r) >>> 0;
  }
  return out;
}
