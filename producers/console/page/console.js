// Keeps a page as it is on the fleet: what changed comes as server-sent events, and nothing but that is touched, so focus, scroll and
// what is opened or typed stay.
const live = document.querySelector('#live[data-live]');
const connection = document.querySelector('#connection');
const button = document.querySelector('#pause');

let isPaused = false;
let latest;

function show() {
  if (isPaused || latest === undefined) return;
  Idiomorph.morph(live, latest, {
    morphStyle: 'innerHTML',
    ignoreActiveValue: true,
    callbacks: {
      // A chart is drawn here, from its table.
      beforeNodeMorphed: (node) => !node.classList?.contains('plot'),
      // Opened by the person who looks.
      beforeAttributeUpdated: (name, node) => !(name === 'open' && node.tagName === 'DETAILS'),
    },
  });
  latest = undefined;
  drawCharts();
}

function say(text) {
  if (connection.textContent !== text) connection.textContent = text;
}

if (live) {
  const source = new EventSource(live.dataset.live);
  source.onmessage = ({ data }) => {
    latest = JSON.parse(data);
    say(isPaused ? 'paused' : 'live');
    show();
  };
  source.onopen = () => say(isPaused ? 'paused' : 'live');
  source.onerror = () => say('not connected; what is shown may be old');
  button.hidden = false;
  button.addEventListener('click', () => {
    isPaused = !isPaused;
    button.textContent = isPaused ? 'Go on with updates' : 'Pause updates';
    say(isPaused ? 'paused' : 'live');
    show();
  });
}
