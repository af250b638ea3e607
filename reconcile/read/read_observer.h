#pragma once

namespace cr::reconcile {

/// What a read of the workspaces tells while it goes on, on its thread.
class ReadObserver {
 public:
  virtual ~ReadObserver() = default;
  /// An answer brought it further: it settled a workspace, or showed one that was new.
  virtual void on_read_advanced() {}
};

}  // namespace cr::reconcile
