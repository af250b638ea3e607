// From a panel's definition and Prometheus' answers to what Grafana's components draw.
import { applyFieldOverrides, cacheFieldDisplayNames, FieldType, toDataFrame } from '@grafana/data';

function setPath(target, path, value) {
  const keys = path.split('.');
  const last = keys.pop();
  let at = target;
  for (const key of keys) at = at[key] = { ...at[key] };
  at[last] = value;
}

// The defaults of the panel, and the overrides for the field of this name.
export function configFor(panel, name) {
  const config = structuredClone(panel.fieldConfig.defaults);
  for (const step of config.thresholds.steps) step.value ??= -Infinity;
  for (const override of panel.fieldConfig.overrides) {
    if (override.matcher.options !== name) continue;
    for (const { id, value } of override.properties) setPath(config, id, value);
  }
  delete config.links;
  return config;
}

// Gives each field its name, from which some colours come, and its display: units, colours, mappings.
export function displayed(frames, theme) {
  cacheFieldDisplayNames(frames);
  const fieldConfig = { defaults: {}, overrides: [] };
  return applyFieldOverrides({ data: frames, fieldConfig, replaceVariables: (text) => text, theme, timeZone: 'utc' });
}

function nameOf(target, labels) {
  return (target.legendFormat || '').replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? '') || JSON.stringify(labels);
}

const number = (text) => (Number.isNaN(Number(text)) ? null : Number(text));

// One frame a series. With `span`: every second of it, so that holes are holes.
export function seriesFrames(panel, answers, theme, span) {
  const frames = panel.targets.flatMap((target, i) =>
    answers[i].map((series) => {
      const seen = new Map((series.values || [series.value]).map(([time, value]) => [Math.round(time), number(value)]));
      const times = span ? Array.from({ length: span.seconds + 1 }, (_, s) => span.start + s) : [...seen.keys()];
      const name = nameOf(target, series.metric);
      const config = { ...configFor(panel, name), displayNameFromDS: name };
      return toDataFrame({
        refId: target.refId,
        name,
        fields: [
          { name: 'Time', type: FieldType.time, values: times.map((time) => time * 1000), config: {} },
          { name: 'Value', type: FieldType.number, values: times.map((time) => seen.get(time) ?? null), config },
        ],
      });
    })
  );
  return displayed(frames, theme);
}

// A table of the labels and values, with what the panel's transformations leave of it; null if it has no row.
export function tableFrame(panel, answers, theme) {
  const { excludeByName, indexByName, renameByName } = panel.transformations.find(({ id }) => id === 'organize').options;
  const merged = panel.targets.length > 1;
  const rows = new Map();
  panel.targets.forEach((target, i) =>
    answers[i].forEach(({ metric, value }) => {
      const key = merged ? metric.instance : JSON.stringify(metric);
      rows.set(key, { ...rows.get(key), ...metric, [merged ? `Value #${target.refId}` : 'Value']: Number(value[1]) });
    })
  );
  if (!rows.size) return null;
  const columns = [...new Set([...rows.values()].flatMap(Object.keys))].filter((column) => !excludeByName[column]);
  columns.sort((a, b) => (indexByName[a] ?? 99) - (indexByName[b] ?? 99));
  const fields = columns.map((column) => {
    const name = renameByName[column] || column;
    const values = [...rows.values()].map((row) => row[column] ?? null);
    const type = values.some((value) => typeof value === 'number') ? FieldType.number : FieldType.string;
    return { name, type, values, config: configFor(panel, name) };
  });
  return displayed([toDataFrame({ fields })], theme)[0];
}
