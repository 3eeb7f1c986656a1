// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A button that plays something in this browser and stops it again.
import { fill, h, icon } from '../lib/dom';
import { player } from './player';

export function audition(path: string, name: string, leave: (undo: () => void) => void,
                         start = 0, end = Infinity): HTMLButtonElement {
  const button = h('button', { class: 'round', onclick: () => {
    if (player.path() === path) player.stop();
    else void player.play(path, start, end);
  } });
  const show = () => {
    const sounds = player.path() === path;
    fill(button, icon(sounds ? 'stop' : 'play', true));
    button.setAttribute('aria-label', `${sounds ? 'Stop' : 'Play'} ${name}`);
    button.classList.toggle('on', sounds);
  };
  show();
  leave(player.on(show));
  return button;
}
