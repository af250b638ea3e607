// Makes the page follow the daemon and filter while you type. The page works without: this fetches the same URLs
// that its form and links lead to, and carries the differences over, so that focus, selection, scroll position and
// opened details stay.
'use strict';
(() => {
  const kEvery = 10_000;  // ms between two looks
  const kTypingPause = 200;  // ms without a key before a search is sent
  const main = document.getElementById('main');
  const contact = document.getElementById('contact');
  const news = document.getElementById('news');
  const pause = document.getElementById('pause');
  let asked = null;  // the request under way
  let timer = 0;
  let paused = false;

  document.documentElement.classList.add('scripts');

  // Makes `old` look like `fresh` with as few changes as it can; nodes with an id are found again by it.
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
    let place = old.firstChild;
    for (const child of [...fresh.childNodes]) {
      const twin = find(old, place, child);
      if (!twin) {
        old.insertBefore(document.importNode(child, true), place);
        continue;
      }
      while (place !== twin) place = drop(place);
      carryOver(twin, child);
      place = twin.nextSibling;
    }
    while (place) place = drop(place);
  }

  function drop(node) {
    const next = node.nextSibling;
    node.remove();
    return next;
  }

  // The node at or behind `place` that stands for the same thing as `wanted`.
  function find(parent, place, wanted) {
    if (wanted.id) {
      const known = document.getElementById(wanted.id);
      const behind = known && known.parentNode === parent && place &&
          (known === place || place.compareDocumentPosition(known) & Node.DOCUMENT_POSITION_FOLLOWING);
      return behind ? known : null;
    }
    return place && place.nodeName === wanted.nodeName && !place.id ? place : null;
  }

  // What the form shows, but for the field that somebody types into.
  function syncForm(fresh) {
    for (const control of document.querySelectorAll('#filters [name]')) {
      const twin = fresh.querySelector(`#filters [name="${control.name}"]`);
      if (twin && control !== document.activeElement && control.value !== twin.value) control.value = twin.value;
    }
  }

  async function show(url) {
    asked?.abort();
    const request = asked = new AbortController();
    try {
      const response = await fetch(url, {signal: request.signal, cache: 'no-store', headers: {Accept: 'text/html'}});
      // The page of a workspace that is declared no more, or not known yet, says so.
      if (!response.ok && ![404, 503].includes(response.status)) throw new Error(`HTTP ${response.status}`);
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      const freshMain = fresh.getElementById('main');
      if (!freshMain) throw new Error('an answer of something else');
      const before = document.getElementById('headline').textContent;
      carryOver(main, freshMain);
      syncForm(fresh);
      document.title = fresh.title;
      const icon = document.querySelector('link[rel=icon]');
      const freshIcon = fresh.querySelector('link[rel=icon]');
      if (icon.getAttribute('href') !== freshIcon.getAttribute('href')) icon.href = freshIcon.href;
      const now = document.getElementById('headline').textContent;
      if (now !== before) news.textContent = now;
      contact.classList.remove('lost');
      contact.textContent = paused ? 'Not updated while paused' : '';
    } catch (error) {
      if (error.name === 'AbortError') return;
      if (!contact.classList.contains('lost')) {
        contact.textContent = `No response from the daemon since ${new Date().toISOString().slice(11, 19)} UTC; ` +
            'this page shows its last known state';
      }
      contact.classList.add('lost');
    } finally {
      if (asked === request) {
        asked = null;
        schedule();
      }
    }
  }

  function schedule() {
    clearTimeout(timer);
    if (paused || document.hidden) return;
    timer = setTimeout(() => show(location.href), kEvery);
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
  document.addEventListener('happened', () => {
    if (!paused && !document.hidden) show(location.href);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      clearTimeout(timer);
    } else if (!paused) {
      show(location.href);
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
      show(location.href);
    }
  });
  // Somebody has asked for something that may show.
  document.addEventListener('look', () => { if (!paused) show(location.href); });
  schedule();
})();
