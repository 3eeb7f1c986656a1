// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every page, dark and light, wide and on a phone: contrast, names of controls, no scrolling to the
// side. With VEERY_SHOTS=DIR the pictures of docs/web.md are written there.
import { join } from 'node:path';
import { finish, is, note, ok, test, until } from './tap.mjs';
import { browser, clean, look, place, start } from './studio.mjs';

const studio = await start();
const chrome = await browser();
const session = ['create kick', 'create hihat', 'create clap', 'create bass osc=saw cutoff=600', 'create pad cutoff=700', 'add reverb to bass amount=0.3',
  'sequence kick: x...x...x...x..[xx]', 'sequence hihat: ..x...x...x...x.', 'sequence clap: ....X.......X..x?30', 'melody bass: C2 . C2 Eb2 . G2 . Bb1 C2 . C3 . G2_ Eb2 F2 Bb1',
  'chords pad: Cm7 Abmaj7 Fm7 Gm7', 'gain pad -14', 'pan hihat 0.2', 'mute clap', 'scene intro', 'scene verse', 'play all'];
for (const line of session) await studio.say(line);
await studio.say(`job take 4 bars "deep groove"`);
await studio.say(`job after=1 library scan "${place.music}"`);
await studio.say(`job after=1 render 2 bars "${join(place.music, 'low end.wav')}"`);
await studio.say('job render 4 bars "/nowhere/x.wav"');
await until('the jobs end', async () => { const { counts } = await studio.get('/v1/jobs'); return !counts.queued && !counts.running; }, 30000);
const pages = ['session', 'takes', 'jobs', 'library', 'generate', 'mic', 'health',
  `take/${(await studio.get('/v1/takes')).takes[0].id}`];

/** Contrast of every text with what is behind it; what is below WCAG AA. Runs in the page. */
function poor_contrast() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  canvas.canvas.width = canvas.canvas.height = 1;
  const rgba = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] / 255 + under[i] * (1 - top[3] / 255));
  const behind = (node) => {
    const layers = [];
    for (let n = node; n; n = n.parentElement) {
      const c = rgba(getComputedStyle(n).backgroundColor);
      if (c[3]) layers.push(c);
      if (c[3] === 255) break;
    }
    return layers.reverse().reduce((under, c) => over(c, under), [255, 255, 255]);
  };
  const luminance = (c) => c.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const poor = [];
  let texts = 0, least = 21;
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || (node.matches('input, textarea, select') && !['range', 'radio', 'checkbox'].includes(node.type));
    if (!own || !node.checkVisibility({ visibilityProperty: true }) || node.closest(':disabled, .skip, .hidden, option')) continue;
    const style = getComputedStyle(node), under = behind(node), text = over(rgba(style.color), under);
    const [a, b] = [luminance(text), luminance(under)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    texts++;
    least = Math.min(least, ratio);
    if (ratio < (large ? 3 : 4.5)) poor.push(`${node.tagName}.${node.className} "${node.textContent.slice(0, 20)}" ${ratio.toFixed(2)}`);
  }
  return { poor, texts, least };
}

/** Controls without a name, in the page. */
function nameless() {
  return [...document.querySelectorAll('button, a[href], input, select, textarea, canvas, [role=group]')]
    .filter((n) => n.checkVisibility() && !n.closest('[role=img]:not(canvas)') && !(n.getAttribute('aria-label') || n.textContent.trim() || n.labels?.length || n.getAttribute('aria-labelledby')))
    .map((n) => n.outerHTML.slice(0, 80));
}

for (const theme of ['dark', 'light']) {
  for (const [width, height] of [[1280, 800], [360, 740]]) {
    const page = await look(chrome, studio, 'session', { viewport: { width, height }, colorScheme: theme });
    await test(`every_page_${theme}_at_${width}`, async () => {
      let texts = 0, least = 21;
      for (const path of pages) {
        await page.goto(`${studio.url}/#/${path}`);
        await page.locator('main h1').waitFor();
        await page.waitForTimeout(path.startsWith('take/') ? 700 : 250);
        if (path === 'session') await page.locator('.track[data-unit=bass] .name').click();
        const side = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        ok(side <= 0, `${path} is ${side} px too wide`);
        const contrast = await page.evaluate(poor_contrast);
        is(contrast.poor, [], `${path}: poor contrast`);
        texts += contrast.texts;
        least = Math.min(least, contrast.least);
        is(await page.evaluate(nameless), [], `${path}: controls without a name`);
        if (process.env.VEERY_SHOTS) await shoot(page, path.split('/')[0], theme, width);
      }
      note(`${texts} texts, least contrast ${least.toFixed(2)}`);
    });
    await test(`nothing_went_wrong_${theme}_at_${width}`, async () => is(page.wrong, []));
    await page.context().close();
  }
}

/** The pictures of the manual: all pages dark and wide, some light, some on a phone. */
async function shoot(page, name, theme, width) {
  const kept = width === 1280 ? theme === 'dark' || ['session', 'health'].includes(name) : theme === 'light' && ['session', 'library'].includes(name);
  if (kept) await page.screenshot({ path: join(process.env.VEERY_SHOTS, `${name}-${theme}${width < 500 ? '-phone' : ''}.png`) });
}

await test('theme_switch_holds', async () => {
  const page = await look(chrome, studio, 'session', { colorScheme: 'dark' });
  const bg = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await bg();
  await page.getByRole('button', { name: 'Dark or light' }).click();
  const light = await bg();
  ok(dark !== light, 'the colours are the same');
  await page.reload();
  is(await bg(), light);
  await page.context().close();
});

await test('focus_is_visible', async () => {
  const page = await look(chrome, studio);
  for (let i = 0; i < 25; i++) {
    await page.keyboard.press('Tab');
    const seen = await page.evaluate(() => {
      const n = document.activeElement, s = getComputedStyle(n);
      return n === document.body || n.className === 'skip' || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) ? '' : n.outerHTML.slice(0, 90);
    });
    is(seen, '', 'a stop without an outline');
  }
  await page.context().close();
});

await test('motion_is_reduced_on_request', async () => {
  const page = await look(chrome, studio, 'session', { reducedMotion: 'reduce' });
  const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((n) => {
    const s = getComputedStyle(n);
    return s.animationName !== 'none' || s.transitionDuration.split(',').some((d) => parseFloat(d) > 0);
  }).length);
  is(moving, 0);
  await page.context().close();
});

await test('absent_things_are_said_to_be_absent', async () => {
  const page = await look(chrome, studio, 'generate');
  const models = (await studio.get('/v1/models')).models;
  const usable = models.some((m) => m.state !== 'absent');
  await page.locator('.models li').first().waitFor();
  is(await page.getByRole('button', { name: 'Generate' }).isDisabled(), !usable, 'Generate is off');
  if (!usable) ok(/[Aa]bsent/.test(await page.locator('main').innerText()), 'the page does not say so');
  await page.goto(`${studio.url}/#/mic`);
  await page.locator('.badge').first().waitFor();
  await page.context().close();
});

await chrome.close();
await studio.stop();
clean();
finish();
