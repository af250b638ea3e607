// Makes the page follow the daemon and filter while you type. The page works without: this fetches the same URLs
// that its form and links lead to, and carries the differences over, so that focus, selection, scroll position and
// opened details stay.
'use strict';
(() => {
  const kEvery = 10_000;  // ms between two looks
  const kTypingPause = 200;  // ms without a key before a search is sent
  const kPatience = 30_000;  // ms after which a look without an answer is given up
  const main = document.getElementById('main');
  const contact = document.getElementById('contact');
  const news = document.getElementById('news');
  const pause = document.getElementById('pause');
  let asked = null;  // the request under way
  let again = false;  // what it will show may be old already
  let timer = 0;
  let paused = false;

  document.documentElement.classList.add('scripts');

  // A fold that has room is none. The style sheet says so where the browser lets it (console.css); elsewhere they are
  // opened as they come, and may be closed.
  const openFolds = !CSS.supports('selector(::details-content)') && matchMedia('(min-width: 34.01rem)').matches;
  function unfold(node) {
    if (!openFolds || node.nodeType !== Node.ELEMENT_NODE) return node;
    for (const fold of [node, ...node.querySelectorAll('.unfold')]) {
      if (fold.matches('.unfold')) fold.open = true;
    }
    return node;
  }
  unfold(main);

  // Makes `old` look like `fresh` with as few changes as it can; nodes with an id are found again by it, wherever among
  // their siblings they stand now, and are moved.
  function carryOver(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    for (const {name} of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !(name === 'open' && old.localName === 'details')) old.removeAttribute(name);
    }
    for (const {name, value} of fresh.attributes) {
      if (name === 'open' && old.localName === 'details') continue;
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    const known = byId(old);
    const wanted = byId(fresh);
    let place = old.firstChild;
    for (const child of [...fresh.childNodes]) {
      while (place?.id && !wanted.has(place.id)) place = drop(place);
      const twin = child.id ? known.get(child.id) : place;
      if (!twin || twin.nodeName !== child.nodeName || twin.id !== child.id) {
        old.insertBefore(unfold(document.importNode(child, true)), place);
        continue;
      }
      while (place !== twin && !wanted.has(place?.id)) place = drop(place);
      if (place !== twin) {
        // Where the next one is the twin, it is the one before that has gone down, and the others stay.
        if (place.nextSibling === twin) {
          old.append(place);
        } else {
          old.insertBefore(twin, place);
        }
      }
      known.delete(child.id);
      carryOver(twin, child);
      place = twin.nextSibling;
    }
    while (place) place = drop(place);
  }

  function byId(parent) {
    return new Map([...parent.children].filter(({id}) => id).map((child) => [child.id, child]));
  }

  function drop(node) {
    const next = node.nextSibling;
    node.remove();
    return next;
  }

  // What the form shows, but for the field that somebody types into.
  function syncForm(fresh) {
    for (const control of document.querySelectorAll('#filters [name]')) {
      const twin = fresh.querySelector(`#filters [name="${control.name}"]`);
      if (twin && control !== document.activeElement && control.value !== twin.value) control.value = twin.value;
    }
  }

  // Looks anew at the same page. A look that is under way is left to end: were it given up for each thing that happens,
  // a page that takes longer than the next thing to happen would never be shown.
  function look() {
    if (paused || document.hidden) return;
    if (asked) {
      again = true;
    } else {
      show(location.href);
    }
  }

  // Looks at `url` at once, whatever was asked for before.
  async function show(url) {
    asked?.abort();
    clearTimeout(timer);
    again = false;
    const request = asked = new AbortController();
    AbortSignal.timeout(kPatience).addEventListener('abort', () => request.abort());
    try {
      const response = await fetch(url, {signal: request.signal, cache: 'no-store', headers: {Accept: 'text/html'}});
      // The page of a workspace that is declared no more, or not known yet, says so.
      if (!response.ok && ![404, 503].includes(response.status)) throw new Error(`HTTP ${response.status}`);
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      const freshMain = fresh.getElementById('main');
      if (!freshMain) throw new Error('an answer of something else');
      const before = document.getElementById('headline').textContent;
      const focused = document.activeElement;
      carryOver(main, freshMain);
      // What is moved loses it.
      if (focused !== document.activeElement && focused?.isConnected) focused.focus({preventScroll: true});
      syncForm(fresh);
      document.title = fresh.title;
      const icon = document.querySelector('link[rel=icon]');
      const freshIcon = fresh.querySelector('link[rel=icon]');
      if (icon.getAttribute('href') !== freshIcon.getAttribute('href')) icon.href = freshIcon.href;
      const now = document.getElementById('headline').textContent;
      if (now !== before) news.textContent = now;
      contact.classList.remove('lost');
      contact.textContent = paused ? 'Not updated while paused' : '';
    } catch {
      if (asked !== request) return;  // something else has been asked for
      if (!contact.classList.contains('lost')) {
        contact.textContent = `No response from the daemon since ${new Date().toISOString().slice(11, 19)} UTC; ` +
            'this page shows its last known state';
      }
      contact.classList.add('lost');
    } finally {
      if (asked === request) {
        asked = null;
        if (again) {
          look();
        } else {
          schedule();
        }
      }
    }
  }

  function schedule() {
    clearTimeout(timer);
    if (paused || document.hidden) return;
    timer = setTimeout(look, kEvery);
  }

  function urlOf(form) {
    const parameters = new URLSearchParams();
    for (const [key, value] of new FormData(form)) {
      if (value !== '') parameters.append(key, value);
    }
    return '?' + parameters;
  }

  let typing = 0;
  document.addEventListener('input', (event) => {
    const form = event.target.closest('#filters');
    if (!form) return;
    clearTimeout(typing);
    clearTimeout(timer);
    typing = setTimeout(() => {
      history.replaceState(null, '', urlOf(form));
      show(location.href);
    }, event.target.localName === 'select' ? 0 : kTypingPause);
  });
  document.addEventListener('submit', (event) => {
    if (event.target.id !== 'filters') return;
    event.preventDefault();
    clearTimeout(typing);
    history.pushState(null, '', urlOf(event.target));
    show(location.href);
  });
  document.addEventListener('click', async (event) => {
    const copy = event.target.closest('.copy');
    if (copy) {
      const command = copy.parentElement.querySelector('code').textContent;
      try {
        await navigator.clipboard.writeText(command);
        news.textContent = 'Copied';
        copy.textContent = 'Copied';
      } catch {
        // No clipboard here (it takes https or this machine): select the text, so that a key copies it.
        getSelection().selectAllChildren(copy.parentElement.querySelector('code'));
        copy.textContent = 'Selected';
      }
      setTimeout(() => { copy.textContent = 'Copy'; }, 2000);
      return;
    }
    const link = event.target.closest('a[href^="?"]');
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const turned = link.closest('.pager');
    const jumped = link.closest('h1');
    clearTimeout(typing);
    history.pushState(null, '', link.getAttribute('href'));
    await show(location.href);
    if (turned || jumped) {
      const rows = document.getElementById('workspaces');
      (turned ? document.getElementById('shown') : rows).scrollIntoView();
      rows.focus({preventScroll: true});
    }
  });
  window.addEventListener('popstate', () => show(location.href));
  document.addEventListener('happened', look);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      clearTimeout(timer);
    } else {
      look();
    }
  });
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    pause.textContent = paused ? 'Resume' : 'Pause';
    contact.textContent = paused ? 'Not updated while paused' : '';
    if (paused) {
      clearTimeout(timer);
    } else {
      look();
    }
  });
  // Somebody has asked for something that may show.
  document.addEventListener('look', look);
  schedule();
})();
