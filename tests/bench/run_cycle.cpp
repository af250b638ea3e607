#include "tests/bench/run_cycle.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <utility>

namespace cr::bench {

reconcile::ReportPtr run_cycle(reconcile::Reconciler& reconciler, const specs::DesiredState& desired) {
  boost::asio::io_context context;
  reconcile::ReportPtr report;
  std::exception_ptr failure;
  boost::asio::co_spawn(context, reconciler.run_cycle(desired),
                        [&](std::exception_ptr thrown, reconcile::ReportPtr made) {
                          failure = thrown;
                          report = std::move(made);
                        });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return report;
}

}  // namespace cr::bench
