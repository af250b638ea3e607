// A dashboard as it would look: Grafana's own components, at the places that gridPos says. The two kinds of panels that Grafana
// does not publish, state-timeline and heatmap, are drawn here.
import 'uplot/dist/uPlot.min.css';

import { createTheme, dateTime, formattedValueToString, getValueFormat, ThemeContext } from '@grafana/data';
import { BarGauge, BigValue, GlobalStyles, PanelContextProvider, Table, TimeSeries } from '@grafana/ui';
import React from 'react';
import { createRoot } from 'react-dom/client';

import { seriesFrames, tableFrame } from './frames';

const { dashboard, answers, mode, start, end } = window.INPUT;
const theme = createTheme({ colors: { mode } });
const WIDTH = 1400;
const CELL = WIDTH / 24;
const ROW = 38;
const span = { start: Math.round(start), seconds: Math.round(end - start) };
const from = dateTime(start * 1000);
const to = dateTime(end * 1000);
const range = { from, to, raw: { from, to } };
const noStream = { subscribe: () => ({ unsubscribe() {} }), pipe: () => noStream };
const noBus = { ...noStream, publish() {}, getStream: () => noStream, removeAllListeners() {}, newScopedBus: () => noBus };

const last = (frame) => frame.fields[1].display(frame.fields[1].values.at(-1));

function Cards({ panel, frames, width, height }) {
  const { colorMode, textMode } = panel.options;
  const nothing = { text: panel.fieldConfig.defaults.noValue, numeric: NaN, color: theme.colors.text.primary };
  const values = frames.length ? frames.map((frame) => ({ ...last(frame), title: frame.name })) : [nothing];
  return (
    <div style={{ display: 'flex' }}>
      {values.map((value, i) => (
        <BigValue key={i} theme={theme} width={width / values.length} height={height} value={value} colorMode={colorMode}
          graphMode="none" justifyMode="center" textMode={textMode === 'auto' ? 'value' : textMode} />
      ))}
    </div>
  );
}

function Bars({ panel, frames, width, height }) {
  const max = Math.max(...frames.map((frame) => frame.fields[1].values.at(-1)));
  return frames.map((frame) => (
    <div key={frame.name} style={{ marginBottom: 4 }}>
      <BarGauge theme={theme} width={width} height={Math.min(30, height / frames.length - 4)} orientation="horizontal" text={{}}
        displayMode={panel.options.displayMode} value={{ ...last(frame), title: frame.name }}
        field={{ ...frame.fields[1].config, min: 0, max }} display={frame.fields[1].display} itemSpacing={4} />
    </div>
  ));
}

function Graph({ panel, frames, width, height }) {
  return (
    <PanelContextProvider value={{ eventBus: noBus, sync: () => 0 }}>
      <TimeSeries frames={frames} structureRev={1} timeRange={range} timeZone="utc" width={width} height={height}
        legend={panel.options.legend} options={panel.options} />
    </PanelContextProvider>
  );
}

// Stretches of one value: [value, from second, to second].
function stretches(values) {
  const found = [];
  values.forEach((value, second) => {
    if (found.length && found.at(-1)[0] === value) found.at(-1)[2] = second + 1;
    else found.push([value, second, second + 1]);
  });
  return found.filter(([value]) => value !== null);
}

function States({ frames, width, height }) {
  const line = height / frames.length;
  const x = (second) => 150 + ((width - 160) * second) / span.seconds;
  return (
    <svg width={width} height={height} fill={theme.colors.text.primary} fontSize={12}>
      {frames.map((frame, i) => (
        <g key={frame.name} transform={`translate(0 ${i * line})`}>
          <text x={144} y={line / 2 + 4} textAnchor="end">{frame.name}</text>
          {stretches(frame.fields[1].values).map(([value, a, b]) => (
            <g key={a}>
              <rect x={x(a)} width={x(b) - x(a)} y={line * 0.1} height={line * 0.8} fillOpacity={0.7}
                fill={frame.fields[1].display(value).color} />
              <text x={(x(a) + x(b)) / 2} y={line / 2 + 4} textAnchor="middle">
                {x(b) - x(a) > 40 && formattedValueToString(frame.fields[1].display(value))}
              </text>
            </g>
          ))}
        </g>
      ))}
    </svg>
  );
}

function Heat({ panel, frames, width, height }) {
  const bound = (frame) => (frame.name === '+Inf' ? Infinity : Number(frame.name));
  const buckets = [...frames].sort((a, b) => bound(a) - bound(b));
  const line = (height - 6) / buckets.length;
  const cell = (width - 54) / span.seconds;
  const count = (k, second) => (k < 0 ? 0 : buckets[k].fields[1].values[second] || 0);
  const cells = buckets.flatMap((_, k) => Array.from({ length: span.seconds }, (_, s) => [k, s, count(k, s) - count(k - 1, s)]));
  const most = Math.max(...cells.map(([, , n]) => n));
  const format = getValueFormat(panel.options.yAxis.unit);
  return (
    <svg width={width} height={height} fill={theme.colors.text.primary} fontSize={11}>
      {buckets.map((frame, k) => (
        <text key={k} x={44} y={height - k * line - 2} textAnchor="end">
          {frame.name === '+Inf' ? frame.name : formattedValueToString(format(bound(frame)))}
        </text>
      ))}
      {cells.filter(([, , n]) => n > 1e-9).map(([k, s, n]) => (
        <rect key={`${k} ${s}`} x={50 + s * cell} width={cell} y={height - (k + 1) * line} height={line - 1}
          fill={`rgba(50, 130, 220, ${0.3 + 0.7 * Math.sqrt(n / most)})`} />
      ))}
    </svg>
  );
}

const KINDS = { stat: Cards, bargauge: Bars, timeseries: Graph, 'state-timeline': States, heatmap: Heat };

function Body({ panel, width, height }) {
  const nothing = <div style={{ paddingTop: 20, textAlign: 'center' }}>{panel.fieldConfig.defaults.noValue || 'No data'}</div>;
  if (panel.type === 'table') {
    const frame = tableFrame(panel, answers[panel.id], theme);
    return frame ? <Table data={frame} width={width} height={height} columnMinWidth={60} cellHeight="sm" /> : nothing;
  }
  const now = panel.type === 'stat' || panel.type === 'bargauge';
  const frames = seriesFrames(panel, answers[panel.id], theme, now ? undefined : span);
  const Kind = KINDS[panel.type];
  return frames.length || panel.type === 'stat' ? <Kind {...{ panel, frames, width, height }} /> : nothing;
}

function Place({ panel }) {
  const { x, y, w, h } = panel.gridPos;
  const width = w * CELL - 6;
  const height = h * ROW - 6;
  const place = { position: 'absolute', left: x * CELL + 3, top: y * ROW + 3, width, height, overflow: 'hidden' };
  if (panel.type === 'row') return <div style={{ ...place, fontSize: 16, paddingTop: 6 }}>{panel.title}</div>;
  const frame = { background: theme.colors.background.primary, border: `1px solid ${theme.colors.border.weak}` };
  return (
    <div style={{ ...place, ...frame }}>
      <div style={{ padding: '5px 8px', fontWeight: 500, height: 28 }}>{panel.title}</div>
      <div style={{ padding: '0 6px' }}><Body panel={panel} width={width - 14} height={height - 34} /></div>
    </div>
  );
}

const bottom = Math.max(...dashboard.panels.map(({ gridPos: { y, h } }) => y + h));
createRoot(document.getElementById('root')).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <div style={{ position: 'relative', width: WIDTH, height: bottom * ROW + 10, background: theme.colors.background.canvas }}>
      {dashboard.panels.map((panel) => <Place key={panel.id} panel={panel} />)}
    </div>
  </ThemeContext.Provider>
);
