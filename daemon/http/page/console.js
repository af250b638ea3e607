// Buttons that act and keys that move. What is asked of the daemon is asked with the API token, which is typed once a
// page load and kept in a variable: it is stored nowhere and goes with the document.
'use strict';
(() => {
  const kSettling = 1500;  // ms after which what was asked for may show
  const kTold = 15_000;  // ms for which it is said what came of it
  const ask = document.getElementById('ask');  // there is none where no token is set up
  const keys = document.getElementById('keys');
  const told = document.getElementById('told');
  let token = '';
  let silence = 0;
  let asked = null;  // what the dialog is about: {path, body}

  function tell(text) {
    told.textContent = text;
    clearTimeout(silence);
    silence = setTimeout(() => { told.textContent = ''; }, kTold);
  }

  function look() {
    document.dispatchEvent(new Event('look'));
    setTimeout(() => document.dispatchEvent(new Event('look')), kSettling);
  }

  // What came of it: the answer's status, 0 where none came, and what it says.
  async function send({path, body}) {
    const headers = {'Content-Type': 'application/json'};
    if (token) headers.Authorization = `Bearer ${token}`;
    try {
      const response = await fetch(path, {method: 'POST', headers, body, cache: 'no-store', redirect: 'error'});
      const answer = await response.json().catch(() => ({}));
      return {status: response.status, text: answer.error ?? answer.status ?? `HTTP ${response.status}`};
    } catch {
      return {status: 0, text: 'No response from the daemon; try again'};
    }
  }

  const refuses = (status) => status === 401 || status === 403;

  function part(name) {
    return document.getElementById(`ask-${name}`);
  }

  function open(request, {title, what, digest = '', verb}, problem = '') {
    asked = request;
    part('title').textContent = title;
    part('text').textContent = what;
    part('digest').textContent = digest;
    part('digest-line').hidden = !digest;
    part('problem').textContent = problem;
    part('token').value = '';
    part('token-field').hidden = Boolean(token);
    part('send').textContent = verb;
    part('send').disabled = false;
    ask.showModal();
    (token ? part('cancel') : part('token')).focus();
  }

  async function confirmed() {
    const request = asked;
    if (!part('token-field').hidden) {
      const typed = part('token').value.trim();
      if (!/^[\x21-\x7e]+$/.test(typed)) {
        part('problem').textContent = typed ? 'A token has printable ASCII characters only' : 'Type the API token';
        part('token').focus();
        return;
      }
      token = typed;
    }
    part('send').disabled = true;
    const {status, text} = await send(request);
    // Somebody may have closed it, or asked for something else meanwhile.
    const here = ask.open && asked === request;
    if (here) part('send').disabled = false;
    if (status === 202) {
      if (here) ask.close();
      tell(text);
      look();
      return;
    }
    if (refuses(status)) token = '';
    if (!here) {
      tell(text);
      return;
    }
    part('problem').textContent = text;
    if (refuses(status)) {
      part('token-field').hidden = false;
      part('token').value = '';
      part('token').focus();
    } else if (status) {
      look();
    }
  }

  async function reconcile(button) {
    const request = {path: '-/reconcile', body: ''};
    const words = {title: 'Reconcile now', what: 'A cycle starts at once, or when the current one has finished.',
      verb: 'Reconcile now'};
    if (!token && !button.hasAttribute('data-open')) {
      open(request, words);
      return;
    }
    button.disabled = true;
    const {status, text} = await send(request);
    button.disabled = false;
    if (refuses(status) && ask) {
      token = '';
      open(request, words, text);
      return;
    }
    tell(text);
    look();
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button.act');
    if (!button) return;
    if (button.id === 'reconcile') {
      reconcile(button);
      return;
    }
    const {digest, title, what} = button.dataset;
    open({path: '-/approve', body: JSON.stringify({digest})}, {title, what, digest, verb: 'Approve'});
  });
  ask?.addEventListener('submit', (event) => {
    event.preventDefault();
    confirmed();
  });
  ask?.addEventListener('close', () => {
    asked = null;
    part('token').value = '';
  });
  part('cancel')?.addEventListener('click', () => ask.close());

  // --- keys ---

  function move(step) {
    const rows = [...document.querySelectorAll('.rows > tbody > tr')];
    if (!rows.length) return;
    const here = rows.indexOf(document.activeElement.closest('.rows > tbody > tr'));
    const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), rows.length - 1);
    rows[next].focus({preventScroll: true});
    rows[next].scrollIntoView({block: 'nearest'});
  }

  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector('dialog[open]')) return;
    const target = event.target;
    if (event.key === 'Escape') {
      if (target !== document.body) target.blur();
      return;
    }
    if (target.closest('input, select, textarea')) return;
    switch (event.key) {
      case '/':
        document.getElementById('f-q').focus();
        break;
      case 'j':
        move(1);
        break;
      case 'k':
        move(-1);
        break;
      case '?':
        keys.showModal();
        break;
      case 'Enter':
        if (!target.matches('.rows > tbody > tr')) return;
        target.querySelector('a.name')?.click();  // the group of what has no such name leads nowhere
        break;
      default:
        return;
    }
    event.preventDefault();
  });
  document.getElementById('show-keys').addEventListener('click', () => keys.showModal());
})();
