// Tells script.js when something has happened, so that what is shown is looked at anew at once instead of at the next
// turn. Without it, and where no stream can be had, the page follows all the same, ten seconds behind at most.
'use strict';
(() => {
  const kTogether = 1000;  // ms: what happens within them is one look
  const kAgain = 60_000;  // ms until a stream that was refused is asked for again
  const where = document.getElementById('news').dataset.events;
  let stream = null;
  let last = '';  // id of the last event that was heard
  let due = 0;
  let again = 0;

  function look() {
    if (due) return;
    due = setTimeout(() => {
      due = 0;
      document.dispatchEvent(new Event('happened'));
    }, kTogether);
  }

  function heard(event) {
    last = event.lastEventId || last;
    look();
  }

  function place() {
    const url = new URL(where, location.href);
    const dash = last.lastIndexOf('-');
    if (dash > 0) {
      url.searchParams.set('epoch', last.slice(0, dash));
      url.searchParams.set('since', last.slice(dash + 1));
    }
    return url;
  }

  function close() {
    clearTimeout(again);
    stream?.close();
    stream = null;
  }

  // A browser has few connections to a host for all of its tabs: a page that nobody sees holds none.
  function open() {
    close();
    if (document.hidden) return;
    stream = new EventSource(place());
    for (const kind of ['message', 'reload', 'gap']) stream.addEventListener(kind, heard);
    stream.addEventListener('error', () => {
      if (stream?.readyState !== EventSource.CLOSED) return;
      close();
      again = setTimeout(open, kAgain);
    });
  }

  document.addEventListener('visibilitychange', open);
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', (event) => { if (event.persisted) open(); });
  open();
})();
