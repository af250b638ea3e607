#include "metrics/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <utility>
#include <vector>

#include "metrics/catalogue.h"

namespace cr::metrics {

namespace {

void append(std::vector<prometheus::MetricFamily>& families, MetricId id, std::optional<double> value) {
  if (!value) return;
  const Metric& metric = describe(id);
  prometheus::ClientMetric sample;
  prometheus::MetricFamily family;
  family.name = metric.name;
  family.help = metric.help;
  if (metric.kind == Kind::counter) {
    family.type = prometheus::MetricType::Counter;
    sample.counter.value = *value;
  } else {
    family.type = prometheus::MetricType::Gauge;
    sample.gauge.value = *value;
  }
  family.metric.push_back(std::move(sample));
  families.push_back(std::move(family));
}

}  // namespace

std::string exposition(const Recorder& recorder, const ProcessFigures& process) {
  std::vector<prometheus::MetricFamily> families = recorder.collect();
  append(families, MetricId::process_cpu_seconds, process.cpu_seconds);
  append(families, MetricId::process_resident_memory, process.resident_bytes);
  append(families, MetricId::process_virtual_memory, process.virtual_bytes);
  append(families, MetricId::process_open_fds, process.open_fds);
  append(families, MetricId::process_max_fds, process.max_fds);
  append(families, MetricId::process_start_time, process.start_time_seconds);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace cr::metrics
